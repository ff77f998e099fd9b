# Enrols a Windows PC as a host of a classroom lab, gives it back as it was, and tells what of it is still enrolled; for Windows PowerShell
# 5.1, as an administrator. Each change is noted in a record on the PC before it is made, and what the PC had already is no change. Every
# function may be repeated, and changes nothing with -WhatIf.
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'

$Folder = Join-Path -Path $env:ProgramData -ChildPath 'classlab'
$RecordFile = Join-Path -Path $Folder -ChildPath 'enrolment.json'

# Groups and accounts by their numbers: their names are in the language of Windows.
$Administrators = 'S-1-5-32-544'
$LocalSystem = 'S-1-5-18'

# The key file of all administrators, and the only one that counts for them (Microsoft, "OpenSSH key management").
$KeyFile = Join-Path -Path $env:ProgramData -ChildPath 'ssh\administrators_authorized_keys'

# Rules of the firewall that are this package's: by their names, and by the group under which Windows shows them.
$RuleGroup = 'classlab'
$SshRule = 'classlab-ssh'
$PingRule = 'classlab-ping'
$OwnRules = @($SshRule, $PingRule)

# The rule that comes with OpenSSH and lets in whoever there is.
$OpenRule = 'OpenSSH-Server-In-TCP'

$Capability = 'OpenSSH.Server~~~~0.0.1.0'
$UninstallKeys = @(
  'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall'
  'HKLM:\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall'
)

# Exit codes of installers (Windows Installer, "MsiExec.exe and InstallMsi error messages"): done, and done but for a restart.
$Done = @(0, 3010)
$RestartNeeded = 3010

# ---- faults ----

function New-HostFault {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$Code,
    [Parameter(Mandatory = $true)] [string]$What,
    [string]$Expected,
    [string]$Fix
  )
  $fault = @{ code = $Code; where = [Environment]::MachineName; what = $What }
  if ($Expected) { $fault['expected'] = $Expected }
  if ($Fix) { $fault['fix'] = $Fix }
  $exception = [System.InvalidOperationException]::new($What)
  $exception.Data['classlab'] = $fault
  $exception
}

function Assert-Administrator {
  [CmdletBinding()]
  param()
  $principal = [Security.Principal.WindowsPrincipal]::new([Security.Principal.WindowsIdentity]::GetCurrent())
  if ($principal.IsInRole([Security.Principal.SecurityIdentifier]::new($Administrators))) { return }
  throw (New-HostFault -Code 'administrator-needed' -What 'this is not run as an administrator' -Fix 'Start enroll.cmd from the stick, and answer yes when Windows asks')
}

# ---- the record ----

# Changes in the order in which they were made.
function Read-Record {
  [CmdletBinding()]
  param()
  if (-not (Test-Path -LiteralPath $RecordFile)) { return }
  $document = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($RecordFile))
  foreach ($change in $document.changes) { $change }
}

function Set-Record {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param([Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]]$Changes)
  if ($PSCmdlet.ShouldProcess($RecordFile, 'Write')) {
    $null = [IO.Directory]::CreateDirectory($Folder)
    $document = @{ classlabEnrolment = 1; name = [Environment]::MachineName; changes = $Changes }
    # Whole or not at all: a record that was cut off would be a PC that nobody can give back.
    $text = [Text.UTF8Encoding]::new($false)
    [IO.File]::WriteAllText("$RecordFile.new", (ConvertTo-Json -InputObject $document -Depth 5), $text)
    if (Test-Path -LiteralPath $RecordFile) {
      [IO.File]::Replace("$RecordFile.new", $RecordFile, "$RecordFile.old")
      [IO.File]::Delete("$RecordFile.old")
    } else {
      [IO.File]::Move("$RecordFile.new", $RecordFile)
    }
  }
}

# Notes what is about to be changed. What was there before the first run is what counts.
function Set-Noted {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$Kind,
    [Parameter(Mandatory = $true)] [string]$Name,
    [object]$Before = $null
  )
  $changes = @(Read-Record)
  foreach ($change in $changes) {
    if ($change.kind -eq $Kind -and $change.name -eq $Name) { return }
  }
  if ($PSCmdlet.ShouldProcess($Name, 'Note')) {
    Set-Record -Changes ($changes + @([pscustomobject]@{ kind = $Kind; name = $Name; before = $Before }))
  }
}

# ---- files of the stick ----

# The path of a file of the stick, once it is the one that was pinned.
function Get-Package {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$Bundle,
    [Parameter(Mandatory = $true)] [psobject]$Package
  )
  $file = Join-Path -Path $Bundle -ChildPath $Package.file
  if (-not (Test-Path -LiteralPath $file)) {
    throw (New-HostFault -Code 'package-untrusted' -What "$($Package.file) is not on the stick" -Fix 'Write the stick anew')
  }
  $seen = (Get-FileHash -LiteralPath $file -Algorithm SHA256).Hash.ToLowerInvariant()
  if ($seen -ne $Package.sha256) {
    throw (New-HostFault -Code 'package-untrusted' -What "$($Package.file) has the SHA-256 $seen" -Expected "$($Package.sha256)" -Fix 'Fetch the file again, and write the stick anew')
  }
  $file
}

# Runs an installer to its end. True where a restart is needed.
function Set-Installed {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$File,
    [Parameter(Mandatory = $true)] [string[]]$Arguments
  )
  $code = 0
  if ($PSCmdlet.ShouldProcess($File, 'Run')) {
    $process = Start-Process -FilePath $File -ArgumentList $Arguments -Wait -PassThru -WindowStyle Hidden
    $code = $process.ExitCode
  }
  if ($Done -notcontains $code) {
    throw (New-HostFault -Code 'host-command-failed' -What "$File ended with exit code $code")
  }
  $code -eq $RestartNeeded
}

# Numbers by which Windows Installer knows the installed products of a name.
function Get-Product {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [string]$Name)
  foreach ($place in $UninstallKeys) {
    if (-not (Test-Path -LiteralPath $place)) { continue }
    foreach ($key in Get-ChildItem -LiteralPath $place) {
      if ("$($key.GetValue('DisplayName'))" -match $Name -and $key.PSChildName -match '^\{') { $key.PSChildName }
    }
  }
}

# ---- a server that lets the controller in ----

function Get-SshService {
  [CmdletBinding()]
  param()
  Get-Service | Where-Object -FilterScript { $_.Name -eq 'sshd' }
}

function Set-SshServer {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [string]$Bundle,
    [psobject]$Package
  )
  if ($null -eq (Get-SshService)) {
    if ($null -ne $Package) {
      $file = Get-Package -Bundle $Bundle -Package $Package
      # The file that it is removed with again has to be there when the stick is not.
      $kept = Join-Path -Path $Folder -ChildPath $Package.file
      Set-Noted -Kind 'openssh' -Name $kept -Before 'absent'
      if ($PSCmdlet.ShouldProcess($kept, 'Install')) {
        Copy-Item -LiteralPath $file -Destination $kept -Force
        $null = Set-Installed -File 'msiexec.exe' -Arguments @('/i', "`"$kept`"", 'ADDLOCAL=Server', '/qn', '/norestart')
      }
    } else {
      Set-Noted -Kind 'capability' -Name $Capability -Before 'NotPresent'
      try {
        if ($PSCmdlet.ShouldProcess($Capability, 'Add')) { $null = Add-WindowsCapability -Online -Name $Capability }
      } catch {
        throw (New-HostFault -Code 'host-command-failed' -What "OpenSSH could not be added: $($_.Exception.Message)" -Fix 'Where this ends with 0x800f0954 or 0x800f0950, the PC takes its updates from a server of the company: write the stick with --openssh FILE.msi')
      }
    }
  }
  $service = Get-SshService
  if ($null -eq $service) { return }
  Set-Noted -Kind 'service' -Name 'sshd' -Before @{ start = "$($service.StartType)"; status = "$($service.Status)" }
  if ($PSCmdlet.ShouldProcess('sshd', 'Start')) {
    Set-Service -Name 'sshd' -StartupType Automatic
    Start-Service -Name 'sshd'
  }
}

function Set-SshKey {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param([Parameter(Mandatory = $true)] [string]$PublicKey)
  $lines = @()
  $before = @{ sddl = $null }
  if (Test-Path -LiteralPath $KeyFile) {
    $lines = @([IO.File]::ReadAllLines($KeyFile))
    $before = @{ sddl = (Get-Acl -LiteralPath $KeyFile).Sddl }
  }
  if ($lines -contains $PublicKey) { return }
  Set-Noted -Kind 'key' -Name $PublicKey -Before $before
  if ($PSCmdlet.ShouldProcess($KeyFile, 'Add the key')) {
    $null = [IO.Directory]::CreateDirectory((Split-Path -Path $KeyFile))
    # Without a byte order mark: sshd would not know the first line.
    [IO.File]::WriteAllLines($KeyFile, [string[]]($lines + @($PublicKey)), [Text.UTF8Encoding]::new($false))
    # sshd passes over a file that others may write.
    $null = icacls.exe $KeyFile /inheritance:r /grant "*${Administrators}:F" /grant "*${LocalSystem}:F"
    if ($LASTEXITCODE -ne 0) {
      throw (New-HostFault -Code 'host-command-failed' -What "icacls.exe ended with exit code $LASTEXITCODE for $KeyFile")
    }
  }
}

# A word that nobody knows, and that fits every rule of passwords: the user comes in by key.
function New-Password {
  [CmdletBinding()]
  param()
  $bytes = [byte[]]::new(32)
  $random = [Security.Cryptography.RandomNumberGenerator]::Create()
  $random.GetBytes($bytes)
  $secret = [Security.SecureString]::new()
  foreach ($character in ('aA1-' + [Convert]::ToBase64String($bytes)).ToCharArray()) { $secret.AppendChar($character) }
  $secret
}

function Set-EnrolledUser {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param([Parameter(Mandatory = $true)] [string]$Name)
  $known = @(Get-LocalUser | Where-Object -FilterScript { $_.Name -eq $Name })
  if ($known.Count -eq 0) {
    Set-Noted -Kind 'user' -Name $Name -Before 'absent'
    if ($PSCmdlet.ShouldProcess($Name, 'Make the user')) {
      $null = New-LocalUser -Name $Name -Password (New-Password) -AccountNeverExpires -PasswordNeverExpires
    }
  }
  $members = @(Get-LocalGroupMember -SID $Administrators | ForEach-Object -Process { "$($_.Name)".Split('\')[-1] })
  if ($members -contains $Name) { return }
  Set-Noted -Kind 'member' -Name $Name -Before 'absent'
  if ($PSCmdlet.ShouldProcess($Name, 'Make an administrator')) {
    Add-LocalGroupMember -SID $Administrators -Member $Name
  }
}

# ---- the firewall ----

function Set-Firewall {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string[]]$From,
    [bool]$Ssh = $true
  )
  $standing = @(Get-NetFirewallRule)
  $own = @($standing | Where-Object -FilterScript { $OwnRules -contains $_.Name })
  Set-Noted -Kind 'rules' -Name $RuleGroup -Before 'absent'
  if ($PSCmdlet.ShouldProcess($RuleGroup, 'Let in')) {
    foreach ($rule in $own) { Remove-NetFirewallRule -Name $rule.Name }
    # ICMPv4 of type 8 is the question of a ping.
    $null = New-NetFirewallRule -Name $PingRule -DisplayName 'classlab: ping' -Group $RuleGroup -Direction Inbound -Action Allow -Profile Any -Protocol ICMPv4 -IcmpType 8 -RemoteAddress $From
    if ($Ssh) {
      $null = New-NetFirewallRule -Name $SshRule -DisplayName 'classlab: SSH' -Group $RuleGroup -Direction Inbound -Action Allow -Profile Any -Protocol TCP -LocalPort 22 -RemoteAddress $From
    }
  }
  if (-not $Ssh) { return }
  $open = @($standing | Where-Object -FilterScript { $_.Name -eq $OpenRule -and "$($_.Enabled)" -eq 'True' })
  if ($open.Count -eq 0) { return }
  Set-Noted -Kind 'rule-enabled' -Name $OpenRule -Before 'True'
  if ($PSCmdlet.ShouldProcess($OpenRule, 'Disable')) { Disable-NetFirewallRule -Name $OpenRule }
}

# ---- hypervisors ----

# 1: a client, 2: a domain controller, 3: a server (Win32_OperatingSystem).
function Test-Server {
  [CmdletBinding()]
  param()
  [int](Get-CimInstance -ClassName Win32_OperatingSystem).ProductType -ne 1
}

# How the hypervisor is started, as the boot settings say it; empty where they say nothing.
function Get-LaunchType {
  [CmdletBinding()]
  param()
  $text = (bcdedit.exe /enum '{current}') -join "`n"
  if ($text -match 'hypervisorlaunchtype\s+(\w+)') { return $Matches[1] }
  ''
}

# Empty where it is to be as if it had never been set.
function Set-LaunchType {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param([Parameter(Mandatory = $true)] [AllowEmptyString()] [string]$Value)
  if ($PSCmdlet.ShouldProcess('hypervisorlaunchtype', "Set to $Value")) {
    if ($Value) { $null = bcdedit.exe /set '{current}' hypervisorlaunchtype ($Value.ToLowerInvariant()) }
    else { $null = bcdedit.exe /deletevalue '{current}' hypervisorlaunchtype }
    if ($LASTEXITCODE -ne 0) {
      throw (New-HostFault -Code 'host-command-failed' -What "bcdedit.exe ended with exit code $LASTEXITCODE")
    }
  }
}

# Turns Hyper-V on. True where a restart is needed.
function Enable-HostHyperV {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param()
  $launch = Get-LaunchType
  if ($launch -eq 'Off') {
    Set-Noted -Kind 'launch-type' -Name 'hypervisorlaunchtype' -Before $launch
    if ($PSCmdlet.ShouldProcess('hypervisorlaunchtype', 'Start the hypervisor')) { Set-LaunchType -Value 'Auto' }
  }
  if (Test-Server) {
    $role = Get-WindowsFeature -Name 'Hyper-V'
    if ("$($role.InstallState)" -eq 'Installed') { return $launch -eq 'Off' }
    Set-Noted -Kind 'role' -Name 'Hyper-V' -Before "$($role.InstallState)"
    if ($PSCmdlet.ShouldProcess('Hyper-V', 'Install')) { $null = Install-WindowsFeature -Name 'Hyper-V' -IncludeManagementTools }
    return $true
  }
  $features = @(Get-WindowsOptionalFeature -Online | Where-Object -FilterScript { $_.FeatureName -like 'Microsoft-Hyper-V*' })
  if ($features.Count -eq 0) {
    throw (New-HostFault -Code 'host-unsuitable' -What 'this edition of Windows has no Hyper-V' -Expected 'Windows Pro, Education or Enterprise' -Fix 'Use VirtualBox on this PC')
  }
  $off = @($features | Where-Object -FilterScript { "$($_.State)" -notlike 'Enable*' })
  if ($off.Count -eq 0) { return $launch -eq 'Off' }
  # All that is off now is off again afterwards, and no more.
  foreach ($feature in $off) { Set-Noted -Kind 'feature' -Name $feature.FeatureName -Before "$($feature.State)" }
  if ($PSCmdlet.ShouldProcess('Microsoft-Hyper-V', 'Enable')) {
    $null = Enable-WindowsOptionalFeature -Online -FeatureName 'Microsoft-Hyper-V-All' -All -NoRestart
  }
  $true
}

function Get-VirtualBoxValue {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [string]$Name)
  $path = 'HKLM:\SOFTWARE\Oracle\VirtualBox'
  if (-not (Test-Path -LiteralPath $path)) { return '' }
  $item = Get-ItemProperty -LiteralPath $path
  if ($null -eq $item.PSObject.Properties[$Name]) { return '' }
  "$($item.$Name)"
}

# Installs VirtualBox, of the version that was pinned. One that is there stays as it is, or is refused. True where a restart is needed.
function Set-VirtualBox {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$Bundle,
    [Parameter(Mandatory = $true)] [psobject]$Package
  )
  $there = Get-VirtualBoxValue -Name 'Version'
  if ($there -eq $Package.version) { return $false }
  if ($there) {
    throw (New-HostFault -Code 'object-in-the-way' -What "VirtualBox $there is installed here, and the lab is for $($Package.version)" -Fix 'Pin that version, or have it removed by its owner; nothing was changed')
  }
  $file = Get-Package -Bundle $Bundle -Package $Package
  Set-Noted -Kind 'virtualbox' -Name $Package.version -Before 'absent'
  # VirtualBox manual, "Unattended installation".
  Set-Installed -File $file -Arguments @('--silent', '--ignore-reboot')
}

function Get-ManageProgram {
  [CmdletBinding()]
  param()
  $place = Get-VirtualBoxValue -Name 'InstallDir'
  if (-not $place) { throw (New-HostFault -Code 'host-command-failed' -What 'VirtualBox is not installed') }
  Join-Path -Path $place -ChildPath 'VBoxManage.exe'
}

function Get-ExtensionPack {
  [CmdletBinding()]
  param()
  $manage = Get-ManageProgram
  # Reason: the program that VirtualBox itself names in the registry.
  foreach ($line in & $manage list extpacks) {
    if ($line -match '^Pack no\. *\d+: +(?<name>.+?) *$') { $Matches['name'] }
  }
}

# The Extension Pack, only where its licence was accepted by name and for a use that it allows.
function Set-ExtensionPack {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$Bundle,
    [Parameter(Mandatory = $true)] [psobject]$Package
  )
  if ($Package.accepted -ne 'PUEL' -or @('personal', 'education', 'evaluation') -notcontains $Package.basis) {
    throw (New-HostFault -Code 'licence-missing' -What "the licence of VirtualBox's Extension Pack was not accepted for a use that it allows" -Expected 'PUEL, for personal, education or evaluation')
  }
  if (@(Get-ExtensionPack).Count -gt 0) { return }
  $file = Get-Package -Bundle $Bundle -Package $Package
  Set-Noted -Kind 'extension-pack' -Name $Package.file -Before 'absent'
  if ($PSCmdlet.ShouldProcess($Package.file, 'Install')) {
    $manage = Get-ManageProgram
    # Reason: the program that VirtualBox itself names in the registry.
    $said = & $manage extpack install "--accept-license=$($Package.licence)" $file 2>&1
    if ($LASTEXITCODE -ne 0) {
      throw (New-HostFault -Code 'host-command-failed' -What "the Extension Pack was not installed: $said")
    }
  }
}

# ---- enrolling ----

# Makes the PC a host of the lab.
function Set-ClasslabEnrolment {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    # The user that the controller comes in as; made where there is none.
    [Parameter(Mandatory = $true)] [string]$User,
    # Line that lets the controller in.
    [Parameter(Mandatory = $true)] [string]$PublicKey,
    # Subnets of the controller and of the lab: nobody else is let in.
    [Parameter(Mandatory = $true)] [string[]]$From,
    # False where no SSH from outside is allowed.
    [bool]$Ssh = $true,
    [Parameter(Mandatory = $true)] [ValidateSet('hyperv', 'virtualbox', 'none')] [string]$Hypervisor,
    # Folder of the stick with the files below.
    [string]$Bundle = '',
    [psobject]$OpenSsh,
    [psobject]$VirtualBox,
    [psobject]$ExtensionPack
  )
  Assert-Administrator
  $hostKey = ''
  $reboot = $false
  if ($PSCmdlet.ShouldProcess([Environment]::MachineName, 'Enrol')) {
    if ($Ssh) {
      Set-SshServer -Bundle $Bundle -Package $OpenSsh
      Set-EnrolledUser -Name $User
      Set-SshKey -PublicKey $PublicKey
      $hostKey = Get-HostKeyLine
    }
    Set-Firewall -From $From -Ssh $Ssh
    if ($Hypervisor -eq 'hyperv') { $reboot = Enable-HostHyperV }
    if ($Hypervisor -eq 'virtualbox') {
      if ($null -ne $VirtualBox) { $reboot = Set-VirtualBox -Bundle $Bundle -Package $VirtualBox }
      if ($null -ne $ExtensionPack) { Set-ExtensionPack -Bundle $Bundle -Package $ExtensionPack }
    }
  }
  @{ rebootNeeded = [bool]$reboot; hostKey = $hostKey }
}

# The server's public key, type and base64; empty before its first start.
function Get-HostKeyLine {
  [CmdletBinding()]
  param()
  $file = Join-Path -Path $env:ProgramData -ChildPath 'ssh\ssh_host_ed25519_key.pub'
  if (-not (Test-Path -LiteralPath $file)) { return '' }
  $words = [IO.File]::ReadAllText($file).Split(' ')
  "$($words[0]) $($words[1].Trim())"
}

# ---- giving back ----

function Remove-Key {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param([Parameter(Mandatory = $true)] [psobject]$Change)
  if (-not (Test-Path -LiteralPath $KeyFile)) { return }
  $rest = @([IO.File]::ReadAllLines($KeyFile) | Where-Object -FilterScript { $_ -ne $Change.name })
  if (-not $PSCmdlet.ShouldProcess($KeyFile, 'Remove the key')) { return }
  if ($rest.Count -eq 0 -and $null -eq $Change.before.sddl) {
    [IO.File]::Delete($KeyFile)
    return
  }
  [IO.File]::WriteAllLines($KeyFile, [string[]]$rest, [Text.UTF8Encoding]::new($false))
  if ($null -eq $Change.before.sddl) { return }
  $acl = Get-Acl -LiteralPath $KeyFile
  $acl.SetSecurityDescriptorSddlForm($Change.before.sddl)
  if ($PSCmdlet.ShouldProcess($KeyFile, 'Set its rights back')) { Set-Acl -LiteralPath $KeyFile -AclObject $acl }
}

function Remove-EnrolledUser {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param([Parameter(Mandatory = $true)] [string]$Name)
  $known = @(Get-LocalUser | Where-Object -FilterScript { $_.Name -eq $Name })
  if ($known.Count -eq 0) { return }
  $number = "$($known[0].SID)"
  $folders = @(Get-CimInstance -ClassName Win32_UserProfile | Where-Object -FilterScript { $_.SID -eq $number })
  if ($PSCmdlet.ShouldProcess($Name, 'Remove the user')) {
    foreach ($each in $folders) { Remove-CimInstance -InputObject $each }
    Remove-LocalUser -SID $number
  }
}

# Kinds of changes that are noted, each put back below.
$Kinds = @(
  'openssh'
  'capability'
  'service'
  'user'
  'member'
  'key'
  'rules'
  'rule-enabled'
  'launch-type'
  'role'
  'feature'
  'virtualbox'
  'extension-pack'
)

# Puts back one change. True where a restart completes it.
function Remove-Change {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param([Parameter(Mandatory = $true)] [psobject]$Change)
  $name = "$($Change.name)"
  if ($Kinds -notcontains $Change.kind) {
    throw (New-HostFault -Code 'release-incomplete' -What "the record has a change of an unknown kind: $($Change.kind)")
  }
  if ($PSCmdlet.ShouldProcess($name, "Put back: $($Change.kind)")) {
    switch ($Change.kind) {
      'extension-pack' {
        # It goes with VirtualBox, which a run before this one may have removed.
        if (-not (Get-VirtualBoxValue -Name 'Version')) { return $false }
        $manage = Get-ManageProgram
        foreach ($pack in @(Get-ExtensionPack)) {
          # Reason: the program that VirtualBox itself names in the registry.
          $null = & $manage extpack uninstall $pack
          if ($LASTEXITCODE -ne 0) { throw (New-HostFault -Code 'host-command-failed' -What "$pack was not removed") }
        }
        return $false
      }
      'virtualbox' {
        $reboot = $false
        foreach ($product in @(Get-Product -Name '^Oracle.*VirtualBox \d')) {
          $reboot = (Set-Installed -File 'msiexec.exe' -Arguments @('/x', $product, '/qn', '/norestart')) -or $reboot
        }
        return $reboot
      }
      'feature' {
        $feature = @(Get-WindowsOptionalFeature -Online | Where-Object -FilterScript { $_.FeatureName -eq $name })
        if ($feature.Count -eq 0 -or "$($feature[0].State)" -like 'Disable*') { return $false }
        $null = Disable-WindowsOptionalFeature -Online -FeatureName $name -NoRestart
        return $true
      }
      'role' {
        $null = Uninstall-WindowsFeature -Name $name -IncludeManagementTools
        return $true
      }
      'launch-type' {
        Set-LaunchType -Value "$($Change.before)"
        return $true
      }
      'rules' {
        foreach ($rule in @(Get-NetFirewallRule | Where-Object -FilterScript { $OwnRules -contains $_.Name })) { Remove-NetFirewallRule -Name $rule.Name }
        return $false
      }
      'rule-enabled' {
        foreach ($rule in @(Get-NetFirewallRule | Where-Object -FilterScript { $_.Name -eq $name })) { Enable-NetFirewallRule -Name $rule.Name }
        return $false
      }
      'key' {
        Remove-Key -Change $Change
        return $false
      }
      'member' {
        $members = @(Get-LocalGroupMember -SID $Administrators | Where-Object -FilterScript { "$($_.Name)".Split('\')[-1] -eq $name })
        foreach ($member in $members) { Remove-LocalGroupMember -SID $Administrators -Member $member }
        return $false
      }
      'user' {
        Remove-EnrolledUser -Name $name
        return $false
      }
      'service' {
        if ($null -eq (Get-SshService)) { return $false }
        Set-Service -Name $name -StartupType $Change.before.start
        # Sessions that are open go on: each has a process of its own.
        if ($Change.before.status -ne 'Running') { Stop-Service -Name $name -Force }
        return $false
      }
      'capability' {
        $there = Get-WindowsCapability -Online -Name $name
        if ("$($there.State)" -ne 'Installed') { return $false }
        $removed = Remove-WindowsCapability -Online -Name $name
        return [bool]$removed.RestartNeeded
      }
      'openssh' {
        if (-not (Test-Path -LiteralPath $name)) { return $false }
        $reboot = Set-Installed -File 'msiexec.exe' -Arguments @('/x', "`"$name`"", '/qn', '/norestart')
        Remove-Item -LiteralPath $name -Force
        return $reboot
      }
    }
  }
  $false
}

# Gives the PC back as it was: what was changed last is put back first. What cannot be put back stays in the record.
function Remove-ClasslabEnrolment {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param()
  Assert-Administrator
  $changes = @(Read-Record)
  $left = @()
  $words = @()
  $reboot = $false
  if ($PSCmdlet.ShouldProcess([Environment]::MachineName, 'Give back')) {
    for ($index = $changes.Count - 1; $index -ge 0; $index -= 1) {
      $change = $changes[$index]
      try {
        $reboot = (Remove-Change -Change $change) -or $reboot
      # Reason: told below, with all others that are left.
      } catch {
        $left = @($change) + $left
        $words += "$($change.kind) $($change.name): $($_.Exception.Message)"
      }
    }
    if ($left.Count -gt 0) {
      Set-Record -Changes $left
      throw (New-HostFault -Code 'release-incomplete' -What "not put back: $($words -join '; ')" -Fix 'Restart the PC, and run release again')
    }
    # Where the power went while the record was written, more of it is there.
    foreach ($file in @($RecordFile, "$RecordFile.new", "$RecordFile.old")) {
      if (Test-Path -LiteralPath $file) { Remove-Item -LiteralPath $file -Force }
    }
    if ((Test-Path -LiteralPath $Folder) -and @(Get-ChildItem -LiteralPath $Folder).Count -eq 0) { Remove-Item -LiteralPath $Folder -Force }
  }
  @{ released = $changes.Count; rebootNeeded = [bool]$reboot }
}

# Gives the turn to one of the two hypervisors that stand in each other's way, from the next start on: while it is VirtualBox's, Windows'
# own is not started. What was set before the first turn is noted, and is put back with all else.
function Set-ClasslabTurn {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param([Parameter(Mandatory = $true)] [ValidateSet('hyperv', 'virtualbox')] [string]$To)
  Assert-Administrator
  $launch = Get-LaunchType
  # Where it was never set, Windows starts its own as soon as something of it is turned on.
  $isOn = $launch -ne 'Off'
  $wantsOn = $To -eq 'hyperv'
  if ($isOn -ne $wantsOn) {
    $value = 'Off'
    if ($wantsOn) { $value = 'Auto' }
    Set-Noted -Kind 'launch-type' -Name 'hypervisorlaunchtype' -Before $launch
    if ($PSCmdlet.ShouldProcess('hypervisorlaunchtype', "Set to $value")) { Set-LaunchType -Value $value }
  }
  $present = [bool](Get-CimInstance -ClassName Win32_ComputerSystem).HypervisorPresent
  @{ rebootNeeded = $present -ne $wantsOn }
}

# What the record says that is changed here; changes nothing.
function Get-ClasslabEnrolment {
  [CmdletBinding()]
  param()
  @{ changes = @(Read-Record | ForEach-Object -Process { @{ kind = "$($_.kind)"; name = "$($_.name)" } }) }
}

# Calls one of the functions above with what a document says, and gives its value or its fault.
function Invoke-ClasslabFunction {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)]
    [ValidateSet('Get-ClasslabEnrolment', 'Remove-ClasslabEnrolment', 'Set-ClasslabEnrolment', 'Set-ClasslabTurn')]
    [string]$Function,
    # Names of parameters, and their values.
    [Parameter(Mandatory = $true)] [psobject]$Data,
    # Whether nothing is changed.
    [bool]$Rehearse = $false
  )
  # The functions of this module see it as if -WhatIf had been given to each.
  $WhatIfPreference = $Rehearse
  try {
    $given = @{}
    foreach ($property in $Data.PSObject.Properties) { $given[$property.Name] = $property.Value }
    # Reason: the name is one of the set above; PowerShell refuses a parameter that the function does not have.
    $value = & $Function @given
    @{ ok = $true; value = $value }
  } catch {
    $fault = $_.Exception.Data['classlab']
    if ($null -eq $fault) {
      $fault = @{
        code  = 'host-command-failed'
        where = [Environment]::MachineName
        what  = "$Function failed: $($_.Exception.Message) (line $($_.InvocationInfo.ScriptLineNumber) of the module)"
      }
    }
    @{ ok = $false; fault = $fault }
  }
}

Export-ModuleMember -Function '*-Classlab*'
