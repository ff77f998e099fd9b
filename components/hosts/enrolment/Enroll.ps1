# Enrols this PC as a host of a classroom lab, or gives it back as it was. Started by enroll.cmd and release.cmd beside it, as an
# administrator. What it did is written into the folder records beside it, too.
param(
  [Parameter(Mandatory = $true)] [ValidateSet('enroll', 'release')] [string]$Verb,
  # Folder of the stick.
  [string]$Folder = $PSScriptRoot
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path -Path $Folder -ChildPath 'Classlab.Host.psm1') -Force
$utf8 = [Text.UTF8Encoding]::new($false)
$name = 'Remove-ClasslabEnrolment'
$data = [pscustomobject]@{}
if ($Verb -eq 'enroll') {
  $name = 'Set-ClasslabEnrolment'
  $data = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText((Join-Path -Path $Folder -ChildPath 'enroll.json')))
  $data.bundle = $Folder
}
$answer = Invoke-ClasslabFunction -Function $name -Data $data
$records = Join-Path -Path $Folder -ChildPath 'records'
$null = [IO.Directory]::CreateDirectory($records)
$document = @{ classlabRecord = 1; verb = $Verb; name = [Net.Dns]::GetHostName(); answer = $answer }
$file = Join-Path -Path $records -ChildPath (([Net.Dns]::GetHostName() -replace '[^A-Za-z0-9._-]', '_') + '.json')
[IO.File]::WriteAllText($file, (ConvertTo-Json -InputObject $document -Depth 6), $utf8)
if (-not $answer.ok) {
  Write-Output -InputObject "$($answer.fault.what) [$($answer.fault.code)]"
  exit 1
}
if ($answer.value.rebootNeeded) { Write-Output -InputObject 'Done. Restart this PC.' }
else { Write-Output -InputObject 'Done.' }
exit 0
