@{
  RootModule        = 'Classlab.HyperV.psm1'
  ModuleVersion     = '0.1.0'
  GUID              = '7c6f1d0e-6c1a-4f43-9d0c-0f6b3a6f2f51'
  Author            = 'classlab'
  Description       = 'Makes, observes and removes what a classroom lab has on Hyper-V. Only what carries its mark is changed.'
  PowerShellVersion = '5.1'
  FunctionsToExport = @(
    'Enable-ClasslabHyperV'
    'Get-ClasslabChannel'
    'Get-ClasslabHost'
    'Get-ClasslabObject'
    'Invoke-ClasslabFunction'
    'New-ClasslabSnapshot'
    'Remove-ClasslabAdapter'
    'Remove-ClasslabBase'
    'Remove-ClasslabDisk'
    'Remove-ClasslabGuest'
    'Remove-ClasslabHost'
    'Remove-ClasslabShare'
    'Remove-ClasslabSnapshot'
    'Remove-ClasslabSwitch'
    'Rename-ClasslabGuest'
    'Restart-ClasslabHost'
    'Set-ClasslabAdapter'
    'Set-ClasslabBase'
    'Set-ClasslabDisk'
    'Set-ClasslabGuest'
    'Set-ClasslabHost'
    'Set-ClasslabImage'
    'Set-ClasslabPower'
    'Set-ClasslabShare'
    'Set-ClasslabSwitch'
  )
  CmdletsToExport   = @()
  VariablesToExport = @()
  AliasesToExport   = @()
}
