# Runs the Pester tests of the repository's modules, in Windows PowerShell 5.1 on Windows.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$feature = Get-WindowsFeature -Name 'Hyper-V-PowerShell'
if ("$($feature.InstallState)" -ne 'Installed') { $null = Install-WindowsFeature -Name 'Hyper-V-PowerShell' }
$pester = @(Get-Module -ListAvailable -Name 'Pester' | Where-Object -FilterScript { $_.Version.Major -eq 5 })
if ($pester.Count -eq 0) { throw 'Pester 5 is absent' }
Import-Module -Name 'Pester' -MinimumVersion '5.0.0' -MaximumVersion '5.99.99'
$components = Join-Path -Path $PSScriptRoot -ChildPath '..\..\components'
Invoke-Pester -Path $components -CI -Output Detailed
