# Looks at this PC for a classroom lab, for Windows PowerShell 5.1, and changes nothing on it. Needs no administrator. Writes what it
# saw into the folder results beside it: a document (.json), from which the lab's hosts are made, and a report (.html). Of a person it
# notes nothing: neither the user's name nor that of the user's folder.
param(
  # Where the PC stands, such as A-01; none by default.
  [string]$Seat = '',
  # Folder of the stick.
  [string]$Folder = $PSScriptRoot
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'

# What is told of the PC, and in which language; written with the stick.
$Book = ConvertFrom-Json -InputObject '{}'

# Products that undo every change at a restart, as their vendors name them among installed programs: Faronics Deep Freeze, Horizon
# DataSys Reboot Restore Rx and RollBack Rx, SHADOWDEFENDER.COM Shadow Defender, Ark Information Systems WinProtector, RDT HDGUARD,
# Fujitsu Shunkai. Microsoft's own, the Unified Write Filter, is an optional feature.
$RestoreProducts = 'Deep Freeze|Reboot Restore|RollBack Rx|Shadow Defender|WinProtector|HDGUARD|\u77ac\u5feb'

# NDIS_PHYSICAL_MEDIUM (ntddndis.h): 1 is the old word for a wireless card, 9 that of 802.11.
$Wireless = @(1, 9)

# PRODUCT_* of winnt.h (Win32_OperatingSystem, OperatingSystemSKU).
$Editions = @{
  home       = @(98, 99, 100, 101)
  pro        = @(48, 49, 161, 162, 164, 165)
  education  = @(121, 122)
  enterprise = @(4, 27, 72, 125, 126, 129, 188)
}

$unreadable = New-Object -TypeName 'System.Collections.Generic.List[string]'

# The value of a question; where Windows does not answer it, what stands for that, and the name goes on the list.
function Read-Fact {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$Name,
    [Parameter(Mandatory = $true)] [scriptblock]$Question,
    [object]$Otherwise = $null
  )
  try {
    # Reason: the questions are those written below.
    & $Question
  # Reason: it is told by the list of what could not be read.
  } catch {
    $unreadable.Add($Name)
    $Otherwise
  }
}

# A value of the registry; nothing where there is none.
function Get-RegistryValue {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$Path,
    [Parameter(Mandatory = $true)] [string]$Name
  )
  if (-not (Test-Path -LiteralPath $Path)) { return }
  $item = Get-ItemProperty -LiteralPath $Path
  if ($null -ne $item.PSObject.Properties[$Name]) { $item.$Name }
}

# Whether an optional feature is installed: InstallState 1 (Win32_OptionalFeature), which needs no administrator.
function Get-FeatureState {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]]$Features,
    [Parameter(Mandatory = $true)] [string]$Name
  )
  $found = @($Features | Where-Object -FilterScript { $_.Name -eq $Name })
  if ($found.Count -eq 0) { return 'absent' }
  if ([int]$found[0].InstallState -eq 1) { return 'enabled' }
  'disabled'
}

function Get-Edition {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [object]$System)
  # 1: a client, 2: a domain controller, 3: a server.
  if ([int]$System.ProductType -ne 1) { return 'server' }
  foreach ($name in $Editions.Keys) {
    if ($Editions[$name] -contains [int]$System.OperatingSystemSKU) { return $name }
  }
  'other'
}

function Test-Plain {
  [CmdletBinding()]
  param([string]$Text)
  $Text -match '^[\x20-\x7e]*$'
}

function Get-Card {
  [CmdletBinding()]
  param()
  $addresses = @(Get-NetIPAddress -AddressFamily IPv4)
  foreach ($adapter in Get-NetAdapter) {
    $kind = 'virtual'
    if ($adapter.HardwareInterface -and -not $adapter.Virtual) { $kind = 'wired' }
    if ($kind -eq 'wired' -and $Wireless -contains [int]$adapter.NdisPhysicalMedium) { $kind = 'wifi' }
    $own = @($addresses | Where-Object -FilterScript { $_.InterfaceIndex -eq $adapter.InterfaceIndex -and $_.IPAddress -notlike '169.254.*' })
    $mac = "$($adapter.MacAddress)".Replace('-', ':').ToLowerInvariant()
    if ($mac -notmatch '^[0-9a-f]{2}(:[0-9a-f]{2}){5}$') { $mac = '' }
    @{
      name      = "$($adapter.Name)"
      kind      = $kind
      # IfOperStatus (ifdef.h): 1 is up. The word beside it is in the language of Windows.
      up        = [int]$adapter.InterfaceOperationalStatus -eq 1
      mac       = $mac
      addresses = @($own | ForEach-Object -Process { "$($_.IPAddress)/$($_.PrefixLength)" })
    }
  }
}

# Subnets with a way of this PC's own: no single addresses, no default, no multicast, nothing of the loopback or link-local.
function Get-Subnet {
  [CmdletBinding()]
  param()
  foreach ($route in Get-NetRoute -AddressFamily IPv4) {
    $prefix = "$($route.DestinationPrefix)"
    $address, $length = $prefix.Split('/')
    if ([int]$length -lt 8 -or [int]$length -gt 30) { continue }
    if ($address -match '^(127|169\.254|22[4-9]|23\d|2[45]\d)\.') { continue }
    $prefix
  }
}

# The route by which it gets out: that with the least metric.
function Get-WayOut {
  [CmdletBinding()]
  param()
  $routes = @(Get-NetRoute -AddressFamily IPv4 | Where-Object -FilterScript { $_.DestinationPrefix -eq '0.0.0.0/0' })
  $routes | Sort-Object -Property @{ Expression = { [int]$_.RouteMetric + [int]$_.InterfaceMetric } } | Select-Object -First 1
}

function Get-Address {
  [CmdletBinding()]
  param([object]$WayOut)
  if ($null -eq $WayOut) { return '' }
  $own = @(Get-NetIPAddress -AddressFamily IPv4 | Where-Object -FilterScript { $_.InterfaceIndex -eq $WayOut.InterfaceIndex })
  if ($own.Count -eq 0) { return '' }
  "$($own[0].IPAddress)"
}

# NET_CATEGORY: 0 public, 1 private, 2 of a domain.
function Get-NetworkProfile {
  [CmdletBinding()]
  param([object]$WayOut)
  if ($null -eq $WayOut) { return '' }
  $own = @(Get-NetConnectionProfile | Where-Object -FilterScript { $_.InterfaceIndex -eq $WayOut.InterfaceIndex })
  if ($own.Count -eq 0) { return '' }
  @('public', 'private', 'domain')[[int]$own[0].NetworkCategory]
}

# Host and port of the user's proxy, without a name and a password.
function Get-Proxy {
  [CmdletBinding()]
  param()
  $path = 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Internet Settings'
  if ([int](Get-RegistryValue -Path $path -Name 'ProxyEnable') -ne 1) { return '' }
  $server = "$(Get-RegistryValue -Path $path -Name 'ProxyServer')"
  $server -replace '^.*@', '' -replace '^[a-z]+://', ''
}

# A well-known trick of the shell's: the manager of BitLocker itself asks for an administrator. 1, 3 and 5 are on, 2 is off.
function Get-BitLocker {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [string]$Drive)
  $shell = New-Object -ComObject 'Shell.Application'
  $state = $shell.NameSpace($Drive).Self.ExtendedProperty('System.Volume.BitLockerProtection')
  if (@(1, 3, 5) -contains $state) { return 'on' }
  if ($state -eq 2) { return 'off' }
  'unknown'
}

function Get-RestoreSoftware {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]]$Features)
  $places = @(
    'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall'
    'HKLM:\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall'
  )
  foreach ($place in $places) {
    if (-not (Test-Path -LiteralPath $place)) { continue }
    foreach ($key in Get-ChildItem -LiteralPath $place) {
      $shown = "$($key.GetValue('DisplayName'))"
      if ($shown -match $RestoreProducts) { $shown }
    }
  }
  if ((Get-FeatureState -Features $Features -Name 'Client-UnifiedWriteFilter') -eq 'enabled') { 'Unified Write Filter' }
}

# Whether a server of the company's gives updates, and nothing says that optional features come from Microsoft.
function Test-FeaturesBlocked {
  [CmdletBinding()]
  param()
  $policy = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate'
  if ([int](Get-RegistryValue -Path "$policy\AU" -Name 'UseWUServer') -ne 1) { return $false }
  $servicing = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Servicing'
  [int](Get-RegistryValue -Path $servicing -Name 'RepairContentServerSource') -ne 2
}

function Test-RebootPending {
  [CmdletBinding()]
  param()
  $keys = @(
    'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
    'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
  )
  foreach ($key in $keys) {
    if (Test-Path -LiteralPath $key) { return $true }
  }
  $false
}

# Whether the user is one of the administrators, be it without their rights now: the group's number is in every language the same.
function Test-Administrator {
  [CmdletBinding()]
  param()
  $groups = "$(whoami.exe /groups /fo csv /nh)"
  $groups -match 'S-1-5-32-544\b'
}

function Get-SshState {
  [CmdletBinding()]
  param()
  $service = @(Get-Service | Where-Object -FilterScript { $_.Name -eq 'sshd' })
  if ($service.Count -eq 0) { return 'absent' }
  if ("$($service[0].Status)" -eq 'Running') { return 'running' }
  'stopped'
}

function Get-HostKey {
  [CmdletBinding()]
  param()
  $file = Join-Path -Path $env:ProgramData -ChildPath 'ssh\ssh_host_ed25519_key.pub'
  if (-not (Test-Path -LiteralPath $file)) { return '' }
  $words = [IO.File]::ReadAllText($file).Split(' ')
  if ($words[0] -ne 'ssh-ed25519') { return '' }
  "$($words[0]) $($words[1].Trim())"
}

function Get-Precheck {
  [CmdletBinding()]
  param([string]$Seat)
  $system = Get-CimInstance -ClassName Win32_OperatingSystem
  $computer = Get-CimInstance -ClassName Win32_ComputerSystem
  $processors = @(Get-CimInstance -ClassName Win32_Processor)
  $drive = "$($system.SystemDrive)"
  $disk = Get-CimInstance -ClassName Win32_LogicalDisk -Filter "DeviceID='$drive'"
  $features = @(Read-Fact -Name 'features' -Otherwise @() -Question { Get-CimInstance -ClassName Win32_OptionalFeature })
  $guard = Read-Fact -Name 'memoryIntegrity' -Question {
    Get-CimInstance -Namespace 'root\Microsoft\Windows\DeviceGuard' -ClassName Win32_DeviceGuard
  }
  $integrity = $null
  $credentials = $null
  if ($null -ne $guard) {
    # SecurityServicesRunning: 1 is Credential Guard, 2 is Memory Integrity.
    $credentials = @($guard.SecurityServicesRunning) -contains 1
    $integrity = @($guard.SecurityServicesRunning) -contains 2
  }
  $hypervisor = [bool]$computer.HypervisorPresent
  # Below a hypervisor of Windows' own the processor no longer shows what the firmware allows; without that it would not run.
  $firmware = $true
  $paging = $true
  if (-not $hypervisor) {
    $firmware = [bool]$processors[0].VirtualizationFirmwareEnabled
    $paging = [bool]$processors[0].SecondLevelAddressTranslationExtensions
  }
  $hyperv = 'unknown'
  if ($features.Count -gt 0) { $hyperv = Get-FeatureState -Features $features -Name 'Microsoft-Hyper-V' }
  $modules = @(Read-Fact -Name 'memory' -Otherwise @() -Question { Get-CimInstance -ClassName Win32_PhysicalMemory })
  $memory = ($modules | Measure-Object -Property Capacity -Sum).Sum
  if (-not $memory) { $memory = $computer.TotalPhysicalMemory }
  $services = @(Get-Service | ForEach-Object -Process { $_.Name })
  # Win32_Processor, Architecture: 9 is x64, 12 is ARM64.
  $architecture = 'other'
  if ([int]$processors[0].Architecture -eq 9) { $architecture = 'x64' }
  if ([int]$processors[0].Architecture -eq 12) { $architecture = 'arm64' }
  $cards = @(Read-Fact -Name 'cards' -Otherwise @() -Question { Get-Card })
  $link = 'none'
  foreach ($card in $cards) {
    if (-not $card.up) { continue }
    if ($card.kind -eq 'wired') { $link = 'wired' }
    if ($card.kind -eq 'wifi' -and $link -eq 'none') { $link = 'wifi' }
  }
  $wayOut = Read-Fact -Name 'address' -Question { Get-WayOut }
  $documents = [Environment]::GetFolderPath('MyDocuments')
  [ordered]@{
    classlabPrecheck       = 1
    made                   = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
    seat                   = $Seat
    name                   = [Net.Dns]::GetHostName()
    os                     = 'windows'
    product                = "$($system.Caption)".Trim()
    build                  = "$($system.BuildNumber)"
    edition                = Get-Edition -System $system
    language               = [Globalization.CultureInfo]::InstalledUICulture.Name
    architecture           = $architecture
    processor              = "$($processors[0].Name)".Trim()
    cpus                   = [int]$computer.NumberOfLogicalProcessors
    memory                 = [int]($memory / 1mb)
    diskSize               = [int][Math]::Floor($disk.Size / 1gb)
    diskFree               = [int][Math]::Floor($disk.FreeSpace / 1gb)
    firmwareVirtualization = $firmware
    nestedPaging           = $paging
    hypervisor             = $hypervisor
    hyperv                 = $hyperv
    memoryIntegrity        = $integrity
    credentialGuard        = $credentials
    wsl2                   = (Get-FeatureState -Features $features -Name 'VirtualMachinePlatform') -eq 'enabled'
    dockerDesktop          = $services -contains 'com.docker.service'
    kvm                    = ''
    virtualbox             = "$(Get-RegistryValue -Path 'HKLM:\SOFTWARE\Oracle\VirtualBox' -Name 'Version')"
    ssh                    = Get-SshState
    hostKey                = Read-Fact -Name 'hostKey' -Otherwise '' -Question { Get-HostKey }
    bitlocker              = Read-Fact -Name 'bitlocker' -Otherwise 'unknown' -Question { Get-BitLocker -Drive $drive }
    restoreSoftware        = @(Read-Fact -Name 'restoreSoftware' -Otherwise @() -Question { Get-RestoreSoftware -Features $features })
    administrator          = Test-Administrator
    rebootPending          = Test-RebootPending
    featuresBlocked        = Test-FeaturesBlocked
    userFolderPlain        = Test-Plain -Text $env:USERPROFILE
    oneDrive               = $documents -match '\\OneDrive'
    link                   = $link
    address                = Read-Fact -Name 'address' -Otherwise '' -Question { Get-Address -WayOut $wayOut }
    networkProfile         = Read-Fact -Name 'networkProfile' -Otherwise '' -Question { Get-NetworkProfile -WayOut $wayOut }
    proxy                  = Read-Fact -Name 'proxy' -Otherwise '' -Question { Get-Proxy }
    cards                  = $cards
    subnets                = @(Read-Fact -Name 'subnets' -Otherwise @() -Question { Get-Subnet | Sort-Object -Unique })
    unknown                = @($unreadable | Sort-Object -Unique)
  }
}

# ---- the report ----

function Test-Condition {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [object]$Condition,
    [Parameter(Mandatory = $true)] [Collections.IDictionary]$Facts
  )
  $value = $Facts[$Condition.field]
  $asks = @($Condition.PSObject.Properties | ForEach-Object -Process { $_.Name })
  if ($asks -contains 'below') { return $value -lt $Condition.below }
  if ($asks -contains 'longer') { return "$value".Length -gt $Condition.longer }
  if ($asks -contains 'some') { return @($value).Count -gt 0 }
  # A no is not an unknown.
  if ($null -eq $value -or $null -eq $Condition.is) { return $null -eq $value -and $null -eq $Condition.is }
  $value -eq $Condition.is
}

function ConvertTo-Markup {
  [CmdletBinding()]
  param([string]$Text)
  [Net.WebUtility]::HtmlEncode($Text)
}

function Get-Shown {
  [CmdletBinding()]
  param([object]$Value)
  if ($null -eq $Value) { return $Book.words.unknown }
  if ($Value -is [bool]) {
    if ($Value) { return $Book.words.yes }
    return $Book.words.no
  }
  $text = @($Value) -join ', '
  if ($text -eq '') { return '-' }
  $text
}

function Get-Report {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [Collections.IDictionary]$Facts)
  $lines = New-Object -TypeName 'System.Collections.Generic.List[string]'
  $lines.Add("<!doctype html><html lang=`"$($Book.language)`"><meta charset=`"utf-8`"><title>$(ConvertTo-Markup -Text $Facts.name)</title>")
  $lines.Add('<style>body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em}td,th{text-align:left;padding:.2em 1em .2em 0;vertical-align:top}</style>')
  $heading = "$($Book.words.title): $($Facts.name) $($Facts.seat)"
  $lines.Add("<h1>$(ConvertTo-Markup -Text $heading)</h1>")
  $found = @($Book.rules | Where-Object -FilterScript {
      $rule = $_
      @($rule.when | Where-Object -FilterScript { -not (Test-Condition -Condition $_ -Facts $Facts) }).Count -eq 0
    })
  if ($found.Count -eq 0) { $lines.Add("<p>$(ConvertTo-Markup -Text $Book.words.nothing)</p>") }
  $lines.Add('<table>')
  foreach ($rule in $found) {
    $lines.Add("<tr><th>$(ConvertTo-Markup -Text $rule.level)<td>$(ConvertTo-Markup -Text $rule.found)<br>$(ConvertTo-Markup -Text $rule.mend)")
  }
  $lines.Add('</table><table>')
  foreach ($label in $Book.labels) {
    $lines.Add("<tr><th>$(ConvertTo-Markup -Text $label.text)<td>$(ConvertTo-Markup -Text (Get-Shown -Value $Facts[$label.field]))")
  }
  $lines.Add('</table></html>')
  $lines -join "`n"
}

$facts = Get-Precheck -Seat $Seat
$results = Join-Path -Path $Folder -ChildPath 'results'
$null = [IO.Directory]::CreateDirectory($results)
$file = Join-Path -Path $results -ChildPath ($facts.name -replace '[^A-Za-z0-9._-]', '_')
# Without a byte order mark, and whole or not at all under its name.
$text = [Text.UTF8Encoding]::new($false)
[IO.File]::WriteAllText("$file.part", (ConvertTo-Json -InputObject $facts -Depth 5), $text)
if (Test-Path -LiteralPath "$file.json") { [IO.File]::Delete("$file.json") }
[IO.File]::Move("$file.part", "$file.json")
[IO.File]::WriteAllText("$file.html", (Get-Report -Facts $facts), $text)
Write-Output -InputObject "$file.json"
Write-Output -InputObject "$file.html"
