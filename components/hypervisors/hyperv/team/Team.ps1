# Makes what one team of a classroom lab has on this PC, or takes it away again. Started by make.cmd and remove.cmd beside it, as an administrator. It may be started
# as often as is liked: what is as it is to be stays. What came of it is written into the folder results beside it.
param(
  [Parameter(Mandatory = $true)] [ValidateSet('make', 'remove')] [string]$Verb,
  # Folder of the stick.
  [string]$Folder = $PSScriptRoot
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$utf8 = [Text.UTF8Encoding]::new($false)
Import-Module -Name (Join-Path -Path $Folder -ChildPath 'Classlab.Team.psm1') -Force
$document = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText((Join-Path -Path $Folder -ChildPath 'team.json')))
$text = [IO.File]::ReadAllText((Join-Path -Path $Folder -ChildPath 'Classlab.HyperV.psm1')).Replace("`r`n", "`n")
$digest = [Security.Cryptography.SHA256]::Create().ComputeHash([Text.Encoding]::UTF8.GetBytes($text))
$seen = [BitConverter]::ToString($digest).Replace('-', '').ToLowerInvariant()
if ($seen -ne $document.module) {
  Write-Output -InputObject "The module on the stick is another one than the stick was written with: write the stick anew. [module-mismatch]"
  exit 1
}
Import-Module -Name (Join-Path -Path $Folder -ChildPath 'Classlab.HyperV.psm1') -Force
$result = Invoke-ClasslabTeam -Document $document -Verb $Verb
$name = [Net.Dns]::GetHostName()
$results = Join-Path -Path $Folder -ChildPath 'results'
$null = [IO.Directory]::CreateDirectory($results)
$written = @{
  classlabTeam = 1
  lab          = $document.lab
  team         = $document.team
  verb         = $Verb
  name         = $name
  time         = [DateTime]::UtcNow.ToString('o')
  ok           = $result.ok
  steps        = $result.steps
}
if (-not $result.ok) { $written['fault'] = $result.fault }
$file = Join-Path -Path $results -ChildPath ("$($document.team)-" + ($name -replace '[^A-Za-z0-9._-]', '_') + '.json')
[IO.File]::WriteAllText($file, (ConvertTo-Json -InputObject $written -Depth 8), $utf8)
if (-not $result.ok) {
  Write-Output -InputObject "$($result.fault.where): $($result.fault.what) [$($result.fault.code)]"
  if ($result.fault.ContainsKey('fix')) { Write-Output -InputObject "$($result.fault.fix)" }
  exit 1
}
if ($result.rebootNeeded) { Write-Output -InputObject 'Hyper-V is turned on. Restart this PC, and start the same file again.' }
else { Write-Output -InputObject 'Done.' }
exit 0
