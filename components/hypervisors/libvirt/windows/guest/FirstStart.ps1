# The first start of a guest with Windows, begun by its answer file from the seed: the channel's keeper, an SSH server that lets the operator in, Hyper-V where it is
# wanted, one restart. What it says goes to the first serial port, whose words the guest's host keeps; a line that begins so ends the wait there.
param(
  # Folder of the seed.
  [string]$Seed = $PSScriptRoot
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'

$Folder = Join-Path -Path $env:ProgramData -ChildPath 'classlab'
$Winlogon = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon'

function Add-ConsoleLine {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [string]$Text)
  $port = [IO.Ports.SerialPort]::new('COM1', 115200)
  $port.Open()
  $port.Write("classlab: $Text`r`n")
  $port.Close()
}

# Joins the second serial port with the SSH server, from each start on and as long as Windows runs.
function New-Keeper {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param()
  $program = Join-Path -Path $Folder -ChildPath 'Keeper.exe'
  $compiler = Join-Path -Path $env:WINDIR -ChildPath 'Microsoft.NET\Framework64\v4.0.30319\csc.exe'
  $sources = @('Keeper.cs', 'KeeperProgram.cs') | ForEach-Object -Process { Join-Path -Path $Seed -ChildPath $_ }
  if ($PSCmdlet.ShouldProcess($program, 'Compile and start')) {
    # Reason: the compiler that comes with Windows.
    $said = & $compiler /nologo /optimize "/out:$program" $sources
    if ($LASTEXITCODE -ne 0) { throw "the keeper of the channel was not compiled: $said" }
    $action = New-ScheduledTaskAction -Execute $program -Argument 'COM2 22'
    $trigger = New-ScheduledTaskTrigger -AtStartup
    # LocalSystem, by its number.
    $principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest
    $settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 -RestartInterval ([TimeSpan]::FromMinutes(1))
    $null = Register-ScheduledTask -TaskName 'classlab-channel' -Action $action -Trigger $trigger -Principal $principal -Settings $settings -Force
  }
}

# Nobody is logged in by itself any more, and the password for it goes.
function Remove-AutoLogon {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param()
  $item = Get-ItemProperty -LiteralPath $Winlogon
  foreach ($name in @('AutoAdminLogon', 'AutoLogonCount', 'DefaultPassword')) {
    if ($null -eq $item.PSObject.Properties[$name]) { continue }
    if ($PSCmdlet.ShouldProcess($name, 'Remove')) { Remove-ItemProperty -LiteralPath $Winlogon -Name $name }
  }
}

try {
  Add-ConsoleLine -Text 'the machine starts'
  $null = [IO.Directory]::CreateDirectory($Folder)
  # What LocalSystem runs, nobody else may write.
  $null = icacls.exe $Folder /inheritance:r /grant '*S-1-5-32-544:(OI)(CI)F' /grant '*S-1-5-18:(OI)(CI)F'
  if ($LASTEXITCODE -ne 0) { throw "icacls.exe ended with exit code $LASTEXITCODE for $Folder" }
  New-Keeper
  Import-Module -Name (Join-Path -Path $Seed -ChildPath 'Classlab.Host.psm1') -Force
  $order = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText((Join-Path -Path $Seed -ChildPath 'order.json')))
  $answer = Invoke-ClasslabFunction -Function 'Set-ClasslabEnrolment' -Data $order
  if (-not $answer.ok) { throw $answer.fault.what }
  Remove-AutoLogon
  Add-ConsoleLine -Text 'the first start is done, and Windows starts again'
  [IO.File]::WriteAllText((Join-Path -Path $Folder -ChildPath 'started'), 'done')
} catch {
  Add-ConsoleLine -Text "the first start failed: $($_.Exception.Message -replace '\s+', ' ')"
  exit 1
}
Restart-Computer -Force
