@{
  RootModule        = 'Classlab.Host.psm1'
  ModuleVersion     = '0.1.0'
  GUID              = '3a0f5b52-4b0e-4d0b-9c55-6a7c1e9f4d18'
  Author            = 'classlab'
  Description       = 'Enrols a PC as a host of a classroom lab, and gives it back as it was: every change is recorded beforehand.'
  PowerShellVersion = '5.1'
  FunctionsToExport = @(
    'Get-ClasslabEnrolment'
    'Invoke-ClasslabFunction'
    'Remove-ClasslabEnrolment'
    'Set-ClasslabEnrolment'
    'Set-ClasslabTurn'
  )
  CmdletsToExport   = @()
  VariablesToExport = @()
  AliasesToExport   = @()
}
