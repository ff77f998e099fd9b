# The first boot of a host with Windows in a cloud: an SSH server that is known by a key made before, and lets in by one key alone. All else comes over
# that. For Windows PowerShell 5.1, as LocalSystem, from EC2's user data or Azure's Run Command; it may be run again.
param(
  # The SSH server's files, each with name and text: JSON in base64.
  [string]$Order = ''
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'

$folder = Join-Path -Path $env:ProgramData -ChildPath 'ssh'
$document = ConvertFrom-Json -InputObject ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Order)))

# Windows Server has it from 2025 on; an older one fetches it (Microsoft, "Get started with OpenSSH Server for Windows").
$server = @(Get-Service | Where-Object -FilterScript { $_.Name -eq 'sshd' })
if ($server.Count -eq 0) { $null = Add-WindowsCapability -Online -Name 'OpenSSH.Server~~~~0.0.1.0' }
$null = [IO.Directory]::CreateDirectory($folder)
foreach ($file in $document.files) {
  $path = Join-Path -Path $folder -ChildPath $file.name
  # Without a byte order mark: sshd would not know the first line.
  [IO.File]::WriteAllText($path, $file.text, [Text.UTF8Encoding]::new($false))
  # It passes over files that others may read or write: groups by their numbers, since their names are in the language of Windows.
  $null = icacls.exe $path /inheritance:r /grant '*S-1-5-32-544:F' /grant '*S-1-5-18:F'
  if ($LASTEXITCODE -ne 0) { throw "icacls.exe ended with exit code $LASTEXITCODE for $path" }
}

# From where it is reached, the cloud's own firewall says.
$rules = @(Get-NetFirewallRule | Where-Object -FilterScript { $_.Name -eq 'classlab-ssh' })
if ($rules.Count -eq 0) {
  $null = New-NetFirewallRule -Name 'classlab-ssh' -DisplayName 'classlab: SSH' -Group 'classlab' -Direction Inbound -Action Allow -Profile Any -Protocol TCP -LocalPort 22
}
Set-Service -Name 'sshd' -StartupType Automatic
Restart-Service -Name 'sshd' -Force
