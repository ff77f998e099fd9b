# What a lab has on Hyper-V, for Windows PowerShell 5.1. Every function may be repeated, changes nothing with -WhatIf, and touches
# only what carries the mark of the lab that it is called for. Texts are those of the host's language only where Windows gives them.
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
# Nobody is there to answer; what may not be removed is not.
$ConfirmPreference = 'None'

# Key of the mark that tells two labs of one name apart (course/mark.ts).
$MarkId = 'classlab.id'

# Where the folders of labs are.
$Labs = 'C:\ProgramData\classlab'

# The service that is Hyper-V's management, and how long it may take to start after the host did.
$Management = 'vmms'
$ManagementSeconds = 180

# The integration service that sets a guest's clock; its name is in the host's language, its id is not.
$TimeSynchronization = '2497F4DE-E9FA-4204-80E4-4B75C46419C0'

# Members of these groups may manage Hyper-V: Administrators, Hyper-V Administrators.
$Administrators = 'S-1-5-32-544'

# Where Windows has the services that may be talked to in machines, and that of a guest's management channel. A Linux guest's are ports:
# the port in hexadecimal digits, and then always the same (Microsoft, "Make your own integration services", which wants a service
# registered, by an administrator, before anything talks to it). hvc.exe would join input and output with one as well; which editions have it is documented
# nowhere, and it would open one of any machine that is named to it.
$Services = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization\GuestCommunicationServices'
$ChannelService = '000003fe-facb-11e6-bd58-64006a7986d3'
$ChannelName = 'classlab'

# NDIS_PHYSICAL_MEDIUM of a wireless card (ntddndis.h, NdisPhysicalMediumNative802_11).
$Wireless = 9

# ---- faults ----

function New-Fault {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$Code,
    [Parameter(Mandatory = $true)] [string]$Where,
    [Parameter(Mandatory = $true)] [string]$What,
    [string]$Expected,
    [string]$Fix
  )
  $fault = @{ code = $Code; where = $Where; what = $What }
  if ($Expected) { $fault['expected'] = $Expected }
  if ($Fix) { $fault['fix'] = $Fix }
  $exception = [System.InvalidOperationException]::new($What)
  $exception.Data['classlab'] = $fault
  $exception
}

# ---- whose an object is ----

# The text that an object carries in its Notes.
function Get-MarkText {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [psobject]$Mark)
  ConvertTo-Json -InputObject $Mark -Compress
}

# The mark in an object's Notes; nothing where it has none.
function Read-Mark {
  [CmdletBinding()]
  param([string]$Notes)
  if (-not $Notes -or -not $Notes.StartsWith('{')) { return }
  try {
    $mark = ConvertFrom-Json -InputObject $Notes
  # Reason: what somebody wrote there and is no JSON is no mark of ours.
  } catch { return }
  if ($null -ne $mark -and $null -ne $mark.PSObject.Properties[$MarkId]) { $mark }
}

function Test-Mark {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [string]$Notes
  )
  $found = Read-Mark -Notes $Notes
  $null -ne $found -and $found.$MarkId -eq $Mark.$MarkId
}

function Test-Beneath {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$Folder,
    [string]$Path
  )
  if (-not $Path) { return $false }
  $parent = [IO.Path]::GetFullPath($Folder).TrimEnd('\') + '\'
  ([IO.Path]::GetFullPath($Path) + '\').StartsWith($parent, [StringComparison]::OrdinalIgnoreCase)
}

# The lab's own guest of a name; nothing where there is none. A guest that was being made when a run ended has no mark yet: it is known
# by the lab's folder that it lies in.
function Get-OwnGuest {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Name,
    [string]$Folder
  )
  $standing = @(Get-VM | Where-Object -FilterScript { $_.Name -eq $Name })
  if ($standing.Count -eq 0) { return }
  $own = @($standing | Where-Object -FilterScript {
      (Test-Mark -Mark $Mark -Notes $_.Notes) -or
      ($Folder -and -not $_.Notes -and (Test-Beneath -Folder (Join-Path -Path $Folder -ChildPath $Name) -Path $_.Path))
    })
  if ($own.Count -eq 1 -and $standing.Count -eq 1) { return $own[0] }
  throw (New-Fault -Code 'object-in-the-way' -Where $Name -What 'the host has a virtual machine of this name that is not of this lab' -Fix 'Rename it, or remove it if nobody needs it; nothing was changed')
}

function Get-NeededGuest {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Name
  )
  $guest = Get-OwnGuest -Mark $Mark -Name $Name
  if ($null -eq $guest) {
    throw (New-Fault -Code 'guest-not-ready' -Where $Name -What 'the guest is absent' -Fix 'Run classlab up again')
  }
  $guest
}

# The lab's own switch of a name; nothing where there is none.
function Get-OwnSwitch {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Name
  )
  $standing = @(Get-VMSwitch | Where-Object -FilterScript { $_.Name -eq $Name })
  if ($standing.Count -eq 0) { return }
  if ($standing.Count -eq 1 -and (Test-Mark -Mark $Mark -Notes $standing[0].Notes)) { return $standing[0] }
  throw (New-Fault -Code 'object-in-the-way' -Where $Name -What 'the host has a virtual switch of this name that is not of this lab' -Fix 'Rename it, or remove it if nobody needs it; nothing was changed')
}

# ---- addresses ----

function ConvertTo-AddressNumber {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [string]$Address)
  [long]$number = 0
  foreach ($byte in [Net.IPAddress]::Parse($Address).GetAddressBytes()) { $number = $number * 256 + $byte }
  $number
}

# Whether two IPv4 subnets such as 192.168.20.0/24 share an address.
function Test-Overlap {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$First,
    [Parameter(Mandatory = $true)] [string]$Second
  )
  $address, $length = $First.Split('/')
  $other, $otherLength = $Second.Split('/')
  [long]$size = [Math]::Pow(2, 32 - [Math]::Min([int]$length, [int]$otherLength))
  $block = [Math]::Floor([double](ConvertTo-AddressNumber -Address $address) / $size)
  $otherBlock = [Math]::Floor([double](ConvertTo-AddressNumber -Address $other) / $size)
  $block -eq $otherBlock
}

# Stops where an interface other than those named has an address in a subnet.
function Assert-SubnetFree {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$Subnet,
    [Parameter(Mandatory = $true)] [string]$Where,
    [int[]]$OwnInterface = @()
  )
  foreach ($used in Get-NetIPAddress -AddressFamily IPv4) {
    if ($OwnInterface -contains $used.InterfaceIndex) { continue }
    if (-not (Test-Overlap -First $Subnet -Second "$($used.IPAddress)/$($used.PrefixLength)")) { continue }
    throw (New-Fault -Code 'subnet-in-use' -Where $Where -What "$Subnet is in use on the host: interface $($used.InterfaceAlias) has $($used.IPAddress)/$($used.PrefixLength)" -Expected 'a subnet that nothing on the host has')
  }
}

# ---- the host ----

function Test-Member {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [string]$Group)
  $principal = [Security.Principal.WindowsPrincipal]::new([Security.Principal.WindowsIdentity]::GetCurrent())
  $principal.IsInRole([Security.Principal.SecurityIdentifier]::new($Group))
}

# State of the feature Hyper-V as Windows names it, in no language: Enabled, EnablePending, Disabled, ...; Absent in Windows Home.
function Get-FeatureState {
  [CmdletBinding()]
  param()
  $feature = @(Get-WindowsOptionalFeature -Online | Where-Object -FilterScript { $_.FeatureName -eq 'Microsoft-Hyper-V' })
  if ($feature.Count -eq 0) { return 'Absent' }
  "$($feature[0].State)"
}

function Test-RebootPending {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [string]$FeatureState)
  if ($FeatureState -match 'Pending$') { return $true }
  $keys = @(
    'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
    'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
  )
  foreach ($key in $keys) {
    if (Test-Path -LiteralPath $key) { return $true }
  }
  $false
}

function Get-BootTime {
  [CmdletBinding()]
  param()
  (Get-CimInstance -ClassName Win32_OperatingSystem).LastBootUpTime.ToUniversalTime().ToString('o')
}

# What the host is and has; changes nothing and needs no rights but for the state of the feature.
function Get-ClasslabHost {
  [CmdletBinding()]
  param()
  $system = Get-CimInstance -ClassName Win32_OperatingSystem
  $computer = Get-CimInstance -ClassName Win32_ComputerSystem
  $processor = @(Get-CimInstance -ClassName Win32_Processor)
  $administrator = Test-Member -Group $Administrators
  $feature = 'Unknown'
  if ($administrator) { $feature = Get-FeatureState }
  @{
    name               = [Environment]::MachineName
    # 1: a client, 2: a domain controller, 3: a server (Win32_OperatingSystem).
    productType        = [int]$system.ProductType
    build              = "$($system.BuildNumber)"
    culture            = [Globalization.CultureInfo]::InstalledUICulture.Name
    cpus               = [int]$computer.NumberOfLogicalProcessors
    memory             = [int][Math]::Floor([double]$computer.TotalPhysicalMemory / 1mb)
    administrator      = $administrator
    feature            = $feature
    rebootPending      = Test-RebootPending -FeatureState $feature
    lastBoot           = $system.LastBootUpTime.ToUniversalTime().ToString('o')
    hypervisorPresent  = [bool]$computer.HypervisorPresent
    # Windows tells false here while a hypervisor runs.
    firmwareEnabled    = [bool]$computer.HypervisorPresent -or [bool]$processor[0].VirtualizationFirmwareEnabled
    running            = Test-Management
    subnets            = @(Get-NetIPAddress -AddressFamily IPv4 | ForEach-Object -Process {
        @{ subnet = "$($_.IPAddress)/$($_.PrefixLength)"; user = "interface $($_.InterfaceAlias)" }
      })
  }
}

function Test-Management {
  [CmdletBinding()]
  param()
  $service = @(Get-Service | Where-Object -FilterScript { $_.Name -eq $Management })
  $service.Count -eq 1 -and "$($service[0].Status)" -eq 'Running'
}

# Turns Hyper-V on. Gives whether the host has to start anew before it is.
function Enable-HyperV {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param()
  # Who may manage Hyper-V need not be allowed to ask for the feature.
  if (Test-Management) { return $false }
  $where = [Environment]::MachineName
  if (-not (Test-Member -Group $Administrators)) {
    throw (New-Fault -Code 'administrator-needed' -Where $where -What 'Hyper-V does not run, and who logs in here may not turn it on' -Expected 'an account of the group Administrators')
  }
  $state = Get-FeatureState
  if ($state -eq 'Enabled') { return $false }
  if ($state -eq 'Absent') {
    throw (New-Fault -Code 'host-unsuitable' -Where $where -What 'this edition of Windows has no Hyper-V' -Expected 'Windows Pro, Enterprise, Education or Server')
  }
  if ($state -match 'Pending$') { return $true }
  $computer = Get-CimInstance -ClassName Win32_ComputerSystem
  $processor = @(Get-CimInstance -ClassName Win32_Processor)
  if (-not $computer.HypervisorPresent -and -not $processor[0].VirtualizationFirmwareEnabled) {
    throw (New-Fault -Code 'host-unsuitable' -Where $where -What 'virtualization is off in the firmware' -Fix 'Turn Intel VT-x or AMD-V on in the firmware settings of this PC')
  }
  if ($PSCmdlet.ShouldProcess($where, 'Turn Hyper-V on')) {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    if ([int]$system.ProductType -eq 1) {
      $null = Enable-WindowsOptionalFeature -Online -FeatureName 'Microsoft-Hyper-V' -All -NoRestart
    } else {
      try {
        $null = Install-WindowsFeature -Name 'Hyper-V' -IncludeManagementTools
      } catch {
        # In a virtual machine the firmware tells nothing: Windows looks at the processor, and refuses.
        throw (New-Fault -Code 'nested-impossible' -Where $where -What "Windows does not turn Hyper-V on: $($_.Exception.Message)" -Expected 'a processor that shows VT-x or AMD-V' -Fix 'In a cloud give the host a type in which guests run; elsewhere turn virtualization on in the firmware')
      }
    }
  }
  $true
}

# Turns Hyper-V on; whoever asked has the host started anew where that is needed.
function Enable-ClasslabHyperV {
  [CmdletBinding()]
  param()
  $needed = Enable-HyperV
  @{ rebootNeeded = $needed; lastBoot = Get-BootTime }
}

function Wait-Management {
  [CmdletBinding()]
  param()
  $end = [DateTime]::UtcNow.AddSeconds($ManagementSeconds)
  while (-not (Test-Management)) {
    if ([DateTime]::UtcNow -ge $end) {
      throw (New-Fault -Code 'hyperv-not-running' -Where ([Environment]::MachineName) -What "the service $Management did not start within $ManagementSeconds s" -Fix 'Start the service Hyper-V Virtual Machine Management, or start the host anew')
    }
    Start-Sleep -Seconds 2
  }
}

# A folder that disks may lie in: a compressed or encrypted one holds no disk that starts (0xC03A001A).
function Set-Storage {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param([Parameter(Mandatory = $true)] [string]$Folder)
  if ($PSCmdlet.ShouldProcess($Folder, 'Make the folder')) {
    $null = New-Item -ItemType Directory -Path $Folder -Force
    $attributes = (Get-Item -LiteralPath $Folder).Attributes
    if ($attributes -band ([IO.FileAttributes]::Compressed -bor [IO.FileAttributes]::Encrypted)) {
      throw (New-Fault -Code 'host-unsuitable' -Where $Folder -What 'the folder is compressed or encrypted, and no virtual disk in it would start' -Fix 'Take compression and encryption off this folder')
    }
  }
}

function Get-NatName {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [psobject]$Mark)
  "classlab-$($Mark.classlab)-$($Mark.$MarkId)"
}

# The one NAT of the lab on this host. Windows supports one for all of a host (Microsoft, "Set up a NAT network"): where somebody
# else's is, nothing is changed.
function Set-Nat {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Prefix
  )
  $name = Get-NatName -Mark $Mark
  $standing = @(Get-NetNat)
  $foreign = @($standing | Where-Object -FilterScript { $_.Name -ne $name })
  if ($foreign.Count -gt 0) {
    throw (New-Fault -Code 'subnet-in-use' -Where "NAT $($foreign[0].Name)" -What "the host has a NAT that is not of this lab, for $($foreign[0].InternalIPInterfaceAddressPrefix), and Windows supports one" -Fix 'Remove it if nobody needs it (Remove-NetNat), or give the teams on this host another one')
  }
  $own = @($standing | Where-Object -FilterScript { $_.Name -eq $name })
  if ($own.Count -eq 1 -and $own[0].InternalIPInterfaceAddressPrefix -eq $Prefix) { return }
  $switches = @(Get-VMSwitch | Where-Object -FilterScript { Test-Mark -Mark $Mark -Notes $_.Notes } | ForEach-Object -Process { $_.Name })
  $interfaces = @($switches | ForEach-Object -Process { Get-SwitchInterface -Name $_ })
  Assert-SubnetFree -Subnet $Prefix -Where "NAT $name" -OwnInterface $interfaces
  if ($PSCmdlet.ShouldProcess($name, "Translate $Prefix")) {
    if ($own.Count -eq 1) { Remove-NetNat -Name $name }
    $null = New-NetNat -Name $name -InternalIPInterfaceAddressPrefix $Prefix
  }
}

# The card by which the host gets out, or the one named, where a switch can be put over it.
function Get-Uplink {
  [CmdletBinding()]
  param([string]$Adapter)
  $where = [Environment]::MachineName
  $cards = @(Get-NetAdapter -Physical)
  if ($Adapter) {
    $card = @($cards | Where-Object -FilterScript { $_.Name -eq $Adapter })
  } else {
    $routes = @(Get-NetRoute -AddressFamily IPv4 | Where-Object -FilterScript { $_.DestinationPrefix -eq '0.0.0.0/0' } | Sort-Object -Property RouteMetric)
    $out = @($routes | ForEach-Object -Process { $_.InterfaceIndex })
    $card = @($cards | Where-Object -FilterScript { $out -contains $_.InterfaceIndex })
  }
  if ($card.Count -eq 0) {
    throw (New-Fault -Code 'bridge-impossible' -Where $where -What 'the host has no network card of its own that leads to the classroom LAN' -Fix 'If a virtual switch that is not of this lab is over the card, remove it, or connect the card')
  }
  if ([int]$card[0].NdisPhysicalMedium -eq $Wireless) {
    throw (New-Fault -Code 'bridge-impossible' -Where $where -What "the host's way to the classroom LAN is the Wi-Fi card $($card[0].Name)" -Expected 'a cable')
  }
  $card[0]
}

# The switch over the host's card. Making it cuts the host's own network for a moment, and may end the connection that asked for it:
# Hyper-V's service goes on all the same, and the next call finds the switch.
function Set-ExternalSwitch {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Name,
    [string]$Adapter
  )
  if ($null -ne (Get-OwnSwitch -Mark $Mark -Name $Name)) { return }
  $card = Get-Uplink -Adapter $Adapter
  $over = @(Get-VMSwitch -SwitchType External | Where-Object -FilterScript { $_.NetAdapterInterfaceDescription -eq $card.InterfaceDescription })
  if ($over.Count -gt 0) {
    throw (New-Fault -Code 'bridge-impossible' -Where ([Environment]::MachineName) -What "the network card $($card.Name) is under the virtual switch $($over[0].Name), which is not of this lab" -Fix 'Remove that switch if nobody needs it')
  }
  if ($PSCmdlet.ShouldProcess($Name, "Put a switch over $($card.Name)")) {
    $null = New-VMSwitch -Name $Name -NetAdapterName $card.Name -AllowManagementOS $true -Notes (Get-MarkText -Mark $Mark)
  }
}

# Registers the service of guests' management channels, for all labs of this host.
function Set-ChannelService {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param()
  $key = Join-Path -Path $Services -ChildPath $ChannelService
  if (Test-Path -LiteralPath $key) { return }
  if (-not (Test-Member -Group $Administrators)) {
    throw (New-Fault -Code 'administrator-needed' -Where ([Environment]::MachineName) -What "guests' management channel is not registered with Hyper-V, and who logs in here may not register it" -Expected 'an account of the group Administrators, the first time')
  }
  if ($PSCmdlet.ShouldProcess($key, 'Register the service')) {
    $null = New-Item -Path $key -Force
    Set-ItemProperty -LiteralPath $key -Name ElementName -Value $ChannelName
  }
}

# Takes the registration away with the last lab of this host; one that somebody else made stays.
function Remove-ChannelService {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param()
  $key = Join-Path -Path $Services -ChildPath $ChannelService
  if (-not (Test-Path -LiteralPath $key) -or -not (Test-Member -Group $Administrators)) { return }
  if ([IO.Directory]::Exists($Labs) -and @([IO.Directory]::GetDirectories($Labs) | Where-Object -FilterScript { $_ -match '-[0-9a-f]{16}$' }).Count -gt 0) { return }
  if ((Get-ItemProperty -LiteralPath $key).ElementName -ne $ChannelName) { return }
  if ($PSCmdlet.ShouldProcess($key, 'Take the service away')) { Remove-Item -LiteralPath $key -Force }
}

# What all guests of the lab need on this host. Where Hyper-V is not there before the host starts anew, nothing is done.
function Set-ClasslabHost {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    # Where disks are; the lab's own.
    [Parameter(Mandatory = $true)] [string]$Folder,
    # Name of the switch over the host's card; none by default.
    [string]$ExternalSwitch,
    # The card that it is put over; by default the one by which the host gets out.
    [string]$ExternalAdapter,
    # What is translated on its way out, as 192.168.20.0/24; nothing by default.
    [string]$NatPrefix,
    # Whether VMConnect shares the clipboard with guests.
    [bool]$EnhancedSession = $false
  )
  if (-not (Test-Management) -and (Enable-HyperV)) {
    throw (New-Fault -Code 'hyperv-not-running' -Where ([Environment]::MachineName) -What 'Hyper-V is turned on, and runs once the host has started anew' -Fix 'Start the host anew, and run the command again')
  }
  Wait-Management
  Set-ChannelService
  Set-Storage -Folder $Folder
  if ($NatPrefix) { Set-Nat -Mark $Mark -Prefix $NatPrefix }
  if ($ExternalSwitch) { Set-ExternalSwitch -Mark $Mark -Name $ExternalSwitch -Adapter $ExternalAdapter }
  $before = [bool](Get-VMHost).EnableEnhancedSessionMode
  if ($EnhancedSession -and -not $before -and $PSCmdlet.ShouldProcess([Environment]::MachineName, 'Allow enhanced sessions')) {
    Set-VMHost -EnableEnhancedSessionMode $true
  }
  @{ name = Split-Path -Path $Folder -Leaf; enhancedSessionBefore = $before }
}

# Takes away what all guests of the lab needed; Hyper-V itself stays.
function Remove-ClasslabHost {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Folder,
    [string]$ExternalSwitch
  )
  $nat = Get-NatName -Mark $Mark
  $own = @(Get-NetNat | Where-Object -FilterScript { $_.Name -eq $nat })
  if ($own.Count -gt 0 -and $PSCmdlet.ShouldProcess($nat, 'Remove the NAT')) { Remove-NetNat -Name $nat }
  if ($ExternalSwitch -and (Test-Management)) { $null = Remove-ClasslabSwitch -Mark $Mark -Name $ExternalSwitch }
  if ((Test-Path -LiteralPath $Folder) -and $PSCmdlet.ShouldProcess($Folder, 'Remove the folder')) {
    Remove-Item -LiteralPath $Folder -Recurse -Force
  }
  Remove-ChannelService
  @{ removed = $true }
}

# Starts the host anew; whoever asked waits until it has another time of starting.
function Restart-ClasslabHost {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param()
  $before = Get-BootTime
  if ($PSCmdlet.ShouldProcess([Environment]::MachineName, 'Start anew')) {
    # Late enough for the answer to arrive.
    $null = shutdown.exe /r /t 5
    if ($LASTEXITCODE -ne 0) {
      throw (New-Fault -Code 'host-command-failed' -Where ([Environment]::MachineName) -What "shutdown.exe ended with exit code $LASTEXITCODE")
    }
  }
  @{ lastBoot = $before }
}

# ---- switches ----

# Index of the host's own interface on a switch; nothing where it has none. Found by its id: names are in the host's language.
function Get-SwitchInterface {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [string]$Name)
  $ports = @(Get-VMNetworkAdapter -ManagementOS | Where-Object -FilterScript { $_.SwitchName -eq $Name })
  if ($ports.Count -eq 0) { return }
  $id = "$($ports[0].DeviceId)".Trim('{', '}')
  Get-NetAdapter -IncludeHidden | Where-Object -FilterScript { "$($_.InterfaceGuid)".Trim('{', '}') -eq $id } | ForEach-Object -Process { $_.InterfaceIndex }
}

# Gives the host exactly one address on a switch.
function Set-HostAddress {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$Name,
    [Parameter(Mandatory = $true)] [string]$Address,
    [Parameter(Mandatory = $true)] [int]$PrefixLength
  )
  $index = Get-SwitchInterface -Name $Name
  if ($null -eq $index) {
    if ($WhatIfPreference) { return }
    throw (New-Fault -Code 'host-command-failed' -Where $Name -What 'the host has no interface on this switch')
  }
  Assert-SubnetFree -Subnet "$Address/$PrefixLength" -Where $Name -OwnInterface $index
  # An interface without any address is an error for this cmdlet, and so all are asked for.
  $present = @(Get-NetIPAddress -AddressFamily IPv4 | Where-Object -FilterScript { $_.InterfaceIndex -eq $index })
  $wanted = @($present | Where-Object -FilterScript { $_.IPAddress -eq $Address -and $_.PrefixLength -eq $PrefixLength })
  foreach ($other in $present) {
    if ($other.IPAddress -eq $Address -and $other.PrefixLength -eq $PrefixLength) { continue }
    if ($PSCmdlet.ShouldProcess($Name, "Take $($other.IPAddress) away")) {
      Remove-NetIPAddress -InterfaceIndex $index -IPAddress $other.IPAddress
    }
  }
  if ($wanted.Count -eq 0 -and $PSCmdlet.ShouldProcess($Name, "Give the host $Address")) {
    $null = New-NetIPAddress -InterfaceIndex $index -IPAddress $Address -PrefixLength $PrefixLength
  }
}

# The host's own port of a switch: reached by all guests, or by those of a private VLAN that do not reach each other.
function Set-HostPort {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$Name,
    [int]$PrimaryVlan,
    [int]$SecondaryVlan
  )
  $ports = @(Get-VMNetworkAdapter -ManagementOS | Where-Object -FilterScript { $_.SwitchName -eq $Name })
  if ($ports.Count -eq 0) { return }
  $vlan = Get-VMNetworkAdapterVlan -VMNetworkAdapter $ports[0]
  $isolates = $PrimaryVlan -gt 0
  $stands = "$($vlan.OperationMode)" -eq 'Private' -and "$($vlan.PrivateVlanMode)" -eq 'Promiscuous' -and $vlan.PrimaryVlanId -eq $PrimaryVlan
  if ($isolates -and -not $stands -and $PSCmdlet.ShouldProcess($Name, 'Keep guests apart')) {
    Set-VMNetworkAdapterVlan -VMNetworkAdapter $ports[0] -Promiscuous -PrimaryVlanId $PrimaryVlan -SecondaryVlanIdList "$SecondaryVlan"
  }
  if (-not $isolates -and "$($vlan.OperationMode)" -ne 'Untagged' -and $PSCmdlet.ShouldProcess($Name, 'Let guests reach each other')) {
    Set-VMNetworkAdapterVlan -VMNetworkAdapter $ports[0] -Untagged
  }
}

# One switch. The one over the host's card is made with the host, and only looked for here.
function Set-ClasslabSwitch {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Name,
    # Private: guests alone. Internal: guests and the host. External: the classroom LAN.
    [Parameter(Mandatory = $true)] [ValidateSet('Private', 'Internal', 'External')] [string]$Kind,
    # The host's own address there; none by default.
    [string]$HostAddress,
    [int]$PrefixLength,
    # Of the private VLAN whose isolated ports guests are, so that they do not reach each other; none by default.
    [int]$PrimaryVlan,
    [int]$SecondaryVlan
  )
  $standing = Get-OwnSwitch -Mark $Mark -Name $Name
  if ($Kind -eq 'External') {
    if ($null -eq $standing -and -not $WhatIfPreference) {
      throw (New-Fault -Code 'bridge-impossible' -Where $Name -What 'the switch over the network card of the host is absent' -Fix 'Run classlab up again')
    }
    return @{ name = $Name; kind = $Kind }
  }
  $type = 'Internal'
  if ($Kind -eq 'Private') { $type = 'Private' }
  $notes = Get-MarkText -Mark $Mark
  if ($null -eq $standing -and $PSCmdlet.ShouldProcess($Name, "Make a switch, $type")) {
    $null = New-VMSwitch -Name $Name -SwitchType $type -Notes $notes
  }
  if ($null -ne $standing -and "$($standing.SwitchType)" -ne $type -and $PSCmdlet.ShouldProcess($Name, "Make the switch $type")) {
    Set-VMSwitch -VMSwitch $standing -SwitchType $type
  }
  if ($null -ne $standing -and $standing.Notes -ne $notes -and $PSCmdlet.ShouldProcess($Name, 'Write the mark')) {
    Set-VMSwitch -Name $Name -Notes $notes
  }
  if ($type -eq 'Internal' -and ($null -ne $standing -or -not $WhatIfPreference)) {
    Set-HostPort -Name $Name -PrimaryVlan $PrimaryVlan -SecondaryVlan $SecondaryVlan
    if ($HostAddress) { Set-HostAddress -Name $Name -Address $HostAddress -PrefixLength $PrefixLength }
  }
  @{ name = $Name; kind = $Kind }
}

# Removes a switch, unless a guest of somebody else is on it.
function Remove-ClasslabSwitch {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Name
  )
  $standing = Get-OwnSwitch -Mark $Mark -Name $Name
  if ($null -eq $standing) { return @{ removed = $false } }
  foreach ($guest in Get-VM) {
    if (Test-Mark -Mark $Mark -Notes $guest.Notes) { continue }
    $on = @(Get-VMNetworkAdapter -VM $guest | Where-Object -FilterScript { $_.SwitchName -eq $Name })
    if ($on.Count -gt 0) {
      throw (New-Fault -Code 'object-in-the-way' -Where $Name -What "the virtual machine $($guest.Name), which is not of this lab, is on this switch" -Fix 'Connect it to another switch')
    }
  }
  if ($PSCmdlet.ShouldProcess($Name, 'Remove the switch')) { Remove-VMSwitch -VMSwitch $standing -Force }
  @{ removed = $true }
}

# ---- guests ----

function Assert-Space {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$Folder,
    [Parameter(Mandatory = $true)] [long]$Bytes
  )
  $drive = [IO.DriveInfo]::new([IO.Path]::GetPathRoot([IO.Path]::GetFullPath($Folder)))
  if ($drive.AvailableFreeSpace -ge $Bytes) { return }
  $free = [Math]::Floor([double]$drive.AvailableFreeSpace / 1gb)
  throw (New-Fault -Code 'disk-full' -Where "drive $($drive.Name)" -What "$free GiB are free where a guest's disk is to be made" -Expected "$([Math]::Ceiling([double]$Bytes / 1gb)) GiB")
}

# Brings a file to its place, where it is once it is whole.
function Copy-Image {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$Path,
    # Path on this host, or address of a web server.
    [Parameter(Mandatory = $true)] [string]$Source
  )
  $part = "$Path.part"
  if ($PSCmdlet.ShouldProcess($Path, "Bring it from $Source")) {
    $null = New-Item -ItemType Directory -Path (Split-Path -Path $Path -Parent) -Force
    try {
      if ($Source -match '^https?://') {
        # Windows PowerShell of older hosts asks for TLS 1.0 by itself.
        [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
        [Net.WebClient]::new().DownloadFile($Source, $part)
      } else {
        [IO.File]::Copy($Source, $part, $true)
      }
    } catch {
      throw (New-Fault -Code 'image-missing' -Where $Path -What "the disk that guests are made from cannot be brought from ${Source}: $($_.Exception.Message)" -Fix 'Mend machineImage.source of this host, and run the command again')
    }
    [IO.File]::Move($part, $Path)
  }
}

# The disk that guests are made from: whole, not sparse, and from now on not written to.
function Set-ClasslabImage {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$Path,
    # Of the file, in lower case.
    [Parameter(Mandatory = $true)] [string]$Sha256,
    # Where it comes from: a path on this host, or an address of a web server.
    [Parameter(Mandatory = $true)] [string]$Source
  )
  if (-not (Test-Path -LiteralPath $Path)) { Copy-Image -Path $Path -Source $Source }
  if (-not (Test-Path -LiteralPath $Path)) { return @{ path = $Path; made = $false } }
  $seen = (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash
  if ($seen -ne $Sha256) {
    # What is protected was whole when it came: disks may lie over it.
    if (-not (Get-Item -LiteralPath $Path).IsReadOnly -and $PSCmdlet.ShouldProcess($Path, 'Remove what is not whole')) { Remove-Item -LiteralPath $Path -Force }
    throw (New-Fault -Code 'image-missing' -Where $Path -What "the disk that guests are made from has the hash $($seen.ToLowerInvariant())" -Expected $Sha256 -Fix 'Mend machineImage of this host, its source or its sha256, and run the command again')
  }
  $file = Get-Item -LiteralPath $Path
  # Hyper-V starts no guest from a sparse file (0xC03A001A), which qemu-img leaves.
  if ($file.Attributes -band [IO.FileAttributes]::SparseFile -and $PSCmdlet.ShouldProcess($Path, 'Make it whole')) {
    $null = fsutil.exe sparse setflag $Path 0
    if ($LASTEXITCODE -ne 0) {
      throw (New-Fault -Code 'host-command-failed' -Where $Path -What "fsutil.exe ended with exit code $LASTEXITCODE")
    }
  }
  # Every guest's disk lies over it: one byte changed there would spoil them all.
  if (-not $file.IsReadOnly -and $PSCmdlet.ShouldProcess($Path, 'Protect it')) {
    Set-ItemProperty -LiteralPath $Path -Name IsReadOnly -Value $true
  }
  @{ path = $Path; made = $true }
}

# The bytes that a differencing disk may grow by before the class begins.
$GrowthBytes = 4gb

# The disk of a guest, over another one or whole. It has its name once it is whole.
function New-GuestDisk {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$Path,
    [Parameter(Mandatory = $true)] [string]$Base,
    [Parameter(Mandatory = $true)] [ValidateSet('Differencing', 'Dynamic', 'Fixed')] [string]$Kind,
    [Parameter(Mandatory = $true)] [long]$Bytes
  )
  if (-not (Test-Path -LiteralPath $Base)) {
    throw (New-Fault -Code 'image-missing' -Where $Base -What 'the disk that guests are made from is absent on the host' -Fix 'Run classlab up again, which brings it there')
  }
  $folder = Split-Path -Path $Path -Parent
  $needed = $GrowthBytes
  if ($Kind -eq 'Fixed') { $needed = $Bytes }
  Assert-Space -Folder $folder -Bytes $needed
  if ($PSCmdlet.ShouldProcess($Path, 'Make the disk')) {
    $null = New-Item -ItemType Directory -Path $folder -Force
    $half = Join-Path -Path $folder -ChildPath 'half.vhdx'
    if (Test-Path -LiteralPath $half) { Remove-Item -LiteralPath $half -Force }
    if ($Kind -eq 'Differencing') {
      $null = New-VHD -Path $half -ParentPath $Base -Differencing
    } else {
      Convert-VHD -Path $Base -DestinationPath $half -VHDType $Kind
    }
    if ((Get-VHD -Path $half).Size -lt $Bytes) { Resize-VHD -Path $half -SizeBytes $Bytes }
    [IO.File]::Move($half, $Path)
  }
}

# The medium of a guest's first start. One that a guest is running with stays as it is: it has been read.
function Set-Seed {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$Path,
    # Bytes in base64.
    [Parameter(Mandatory = $true)] [string]$Content,
    [Parameter(Mandatory = $true)] [bool]$Running
  )
  $there = Test-Path -LiteralPath $Path
  if ($there -and ($Running -or [Convert]::ToBase64String([IO.File]::ReadAllBytes($Path)) -eq $Content)) { return }
  if ($PSCmdlet.ShouldProcess($Path, 'Write the seed')) {
    $null = New-Item -ItemType Directory -Path (Split-Path -Path $Path -Parent) -Force
    [IO.File]::WriteAllBytes($Path, [Convert]::FromBase64String($Content))
  }
}

# What a guest has on the disk of the host: its own disk, and the medium of its first start. What stands is left.
function Set-ClasslabDisk {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    # Name of the guest.
    [Parameter(Mandatory = $true)] [string]$Name,
    # The lab's own folder; the guest's is in it.
    [Parameter(Mandatory = $true)] [string]$Folder,
    # GiB.
    [Parameter(Mandatory = $true)] [int]$DiskSize,
    [Parameter(Mandatory = $true)] [ValidateSet('Differencing', 'Dynamic', 'Fixed')] [string]$DiskKind,
    # The disk that it is made from, which must not change after that.
    [Parameter(Mandatory = $true)] [string]$BaseDisk,
    [Parameter(Mandatory = $true)] [string]$SeedImage,
    # Of the seed, bytes in base64.
    [Parameter(Mandatory = $true)] [string]$Seed
  )
  $guest = Get-OwnGuest -Mark $Mark -Name $Name -Folder $Folder
  $disk = Join-Path -Path (Join-Path -Path $Folder -ChildPath $Name) -ChildPath 'disk.vhdx'
  if (-not (Test-Path -LiteralPath $disk)) { New-GuestDisk -Path $disk -Base $BaseDisk -Kind $DiskKind -Bytes ($DiskSize * 1gb) }
  Set-Seed -Path $SeedImage -Content $Seed -Running ($null -ne $guest -and "$($guest.State)" -ne 'Off')
  @{ name = $Name; path = $disk }
}

# Removes what a guest had on the disk of the host, once the guest itself is gone.
function Remove-ClasslabDisk {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Name,
    [Parameter(Mandatory = $true)] [string]$Folder,
    [Parameter(Mandatory = $true)] [string]$SeedImage
  )
  if ((Test-Management) -and $null -ne (Get-OwnGuest -Mark $Mark -Name $Name -Folder $Folder)) {
    throw (New-Fault -Code 'object-in-the-way' -Where $Name -What 'the guest stands that the disk is of' -Fix 'Run the command again')
  }
  $removed = $false
  foreach ($path in @((Join-Path -Path $Folder -ChildPath $Name), $SeedImage)) {
    if ((Test-Path -LiteralPath $path) -and $PSCmdlet.ShouldProcess($path, 'Remove')) {
      Remove-Item -LiteralPath $path -Recurse -Force
      $removed = $true
    }
  }
  @{ removed = $removed }
}

# Settings that Hyper-V changes only while a guest is off. Gives the names of those that have to wait.
function Set-GuestHardware {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Guest,
    [Parameter(Mandatory = $true)] [int]$Cpus,
    [Parameter(Mandatory = $true)] [long]$StartBytes,
    [Parameter(Mandatory = $true)] [long]$MinimumBytes,
    [Parameter(Mandatory = $true)] [long]$MaximumBytes,
    [Parameter(Mandatory = $true)] [bool]$Nested,
    [Parameter(Mandatory = $true)] [ValidateSet('Off', 'Linux', 'Windows')] [string]$SecureBoot
  )
  $name = $Guest.Name
  $off = "$($Guest.State)" -eq 'Off'
  $waiting = @()
  $processor = Get-VMProcessor -VM $Guest
  if ($processor.Count -ne $Cpus -or [bool]$processor.ExposeVirtualizationExtensions -ne $Nested) {
    if (-not $off) { $waiting += 'processor' }
    elseif ($PSCmdlet.ShouldProcess($name, 'Set the processor')) {
      Set-VMProcessor -VM $Guest -Count $Cpus -ExposeVirtualizationExtensions $Nested
    }
  }
  $memory = Get-VMMemory -VM $Guest
  $dynamic = $MinimumBytes -ne $MaximumBytes
  $same = [bool]$memory.DynamicMemoryEnabled -eq $dynamic -and $memory.Startup -eq $StartBytes
  if ($same -and $dynamic) { $same = $memory.Minimum -eq $MinimumBytes -and $memory.Maximum -eq $MaximumBytes }
  if (-not $same) {
    if (-not $off) { $waiting += 'memory' }
    elseif ($PSCmdlet.ShouldProcess($name, 'Set the memory')) {
      if ($dynamic) {
        Set-VMMemory -VM $Guest -DynamicMemoryEnabled $true -StartupBytes $StartBytes -MinimumBytes $MinimumBytes -MaximumBytes $MaximumBytes
      } else {
        Set-VMMemory -VM $Guest -DynamicMemoryEnabled $false -StartupBytes $StartBytes
      }
    }
  }
  $firmware = Get-VMFirmware -VM $Guest
  $template = 'MicrosoftUEFICertificateAuthority'
  if ($SecureBoot -eq 'Windows') { $template = 'MicrosoftWindows' }
  $secure = 'On'
  if ($SecureBoot -eq 'Off') { $secure = 'Off' }
  $signed = $secure -eq 'Off' -or "$($firmware.SecureBootTemplate)" -eq $template
  if ("$($firmware.SecureBoot)" -ne $secure -or -not $signed) {
    if (-not $off) { $waiting += 'firmware' }
    elseif ($PSCmdlet.ShouldProcess($name, 'Set the firmware')) {
      if ($secure -eq 'Off') { Set-VMFirmware -VM $Guest -EnableSecureBoot Off }
      else { Set-VMFirmware -VM $Guest -EnableSecureBoot On -SecureBootTemplate $template }
    }
  }
  $waiting
}

# Settings that a running guest takes as well.
function Set-GuestHabit {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Guest,
    [Parameter(Mandatory = $true)] [string]$Notes,
    [string]$SeedImage,
    [string]$ConsolePipe,
    [bool]$EnhancedSession
  )
  $name = $Guest.Name
  if ($PSCmdlet.ShouldProcess($name, 'Write the mark and the habits')) {
    # A guest that was saved wakes with another clock and another network; automatic checkpoints grow unseen.
    Set-VM -VM $Guest -Notes $Notes -AutomaticCheckpointsEnabled $false -CheckpointType Standard -AutomaticStartAction Nothing
    # Hyper-V changes this one only while the guest is off.
    if ("$($Guest.State)" -eq 'Off') { Set-VM -VM $Guest -AutomaticStopAction ShutDown }
    $services = @(Get-VMIntegrationService -VM $Guest | Where-Object -FilterScript { "$($_.Id)".EndsWith($TimeSynchronization) -and -not $_.Enabled })
    foreach ($service in $services) { Enable-VMIntegrationService -VMIntegrationService $service }
  }
  if ($SeedImage) {
    $drives = @(Get-VMDvdDrive -VM $Guest)
    if ($drives.Count -eq 0) {
      if ($PSCmdlet.ShouldProcess($name, 'Insert the seed')) { Add-VMDvdDrive -VM $Guest -Path $SeedImage }
    } elseif ("$($drives[0].Path)" -ne $SeedImage -and $PSCmdlet.ShouldProcess($name, 'Change the seed')) {
      Set-VMDvdDrive -VMDvdDrive $drives[0] -Path $SeedImage
    }
  }
  $pipe = "$((Get-VMComPort -VM $Guest -Number 1).Path)"
  if ($ConsolePipe -and $pipe -ne $ConsolePipe -and $PSCmdlet.ShouldProcess($name, 'Set the serial port')) {
    Set-VMComPort -VM $Guest -Number 1 -Path $ConsolePipe
  }
  if ($EnhancedSession -and "$($Guest.State)" -eq 'Off' -and $PSCmdlet.ShouldProcess($name, 'Share the clipboard')) {
    Set-VM -VM $Guest -EnhancedSessionTransportType HvSocket
  }
}

# A guest of generation 2 on its disk, off and without adapters. What stands is brought to what is asked for where that can be done in place.
function Set-ClasslabGuest {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Name,
    # The lab's own folder; the guest's is in it.
    [Parameter(Mandatory = $true)] [string]$Folder,
    [Parameter(Mandatory = $true)] [int]$Cpus,
    # MiB; static memory is the same three times.
    [Parameter(Mandatory = $true)] [int]$MemoryStart,
    [Parameter(Mandatory = $true)] [int]$MemoryMinimum,
    [Parameter(Mandatory = $true)] [int]$MemoryMaximum,
    # Medium of its first start; none by default.
    [string]$SeedImage,
    [ValidateSet('Off', 'Linux', 'Windows')] [string]$SecureBoot = 'Off',
    [bool]$Nested = $false,
    # Named pipe of its first serial port; none by default.
    [string]$ConsolePipe,
    [bool]$EnhancedSession = $false
  )
  $guest = Get-OwnGuest -Mark $Mark -Name $Name -Folder $Folder
  $disk = Join-Path -Path (Join-Path -Path $Folder -ChildPath $Name) -ChildPath 'disk.vhdx'
  if ($null -eq $guest) {
    if (-not $WhatIfPreference -and -not (Test-Path -LiteralPath $disk)) {
      throw (New-Fault -Code 'guest-not-ready' -Where $Name -What 'its disk is absent' -Fix 'Run classlab up again')
    }
    if ($PSCmdlet.ShouldProcess($Name, 'Make the guest')) {
      $guest = New-VM -Name $Name -Generation 2 -Path $Folder -VHDPath $disk -MemoryStartupBytes ($MemoryStart * 1mb)
    }
  }
  if ($null -eq $guest) { return @{ name = $Name; made = $false } }
  $unmarked = -not $guest.Notes
  if ($unmarked -and $PSCmdlet.ShouldProcess($Name, 'Take the adapter away that it was made with')) {
    Get-VMNetworkAdapter -VM $guest | ForEach-Object -Process { Remove-VMNetworkAdapter -VMNetworkAdapter $_ }
    $drives = @(Get-VMHardDiskDrive -VM $guest)
    Set-VMFirmware -VM $guest -FirstBootDevice $drives[0]
  }
  $hardware = @{
    Guest        = $guest
    Cpus         = $Cpus
    StartBytes   = $MemoryStart * 1mb
    MinimumBytes = $MemoryMinimum * 1mb
    MaximumBytes = $MemoryMaximum * 1mb
    Nested       = $Nested
    SecureBoot   = $SecureBoot
  }
  $waiting = @(Set-GuestHardware @hardware)
  Set-GuestHabit -Guest $guest -Notes (Get-MarkText -Mark $Mark) -SeedImage $SeedImage -ConsolePipe $ConsolePipe -EnhancedSession $EnhancedSession
  @{ name = $Name; made = $true; id = "$($guest.Id)"; waiting = $waiting }
}

# Snapshots are merged into a guest's disk by Hyper-V after they are gone: until then, nothing else may touch the disk.
function Wait-Merge {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Guest,
    [Parameter(Mandatory = $true)] [int]$Seconds
  )
  $end = [DateTime]::UtcNow.AddSeconds($Seconds)
  while ($true) {
    $left = @(Get-VMSnapshot -VM $Guest)
    $open = @(Get-VMHardDiskDrive -VM $Guest | Where-Object -FilterScript { "$($_.Path)" -like '*.avhdx' })
    if ($left.Count -eq 0 -and $open.Count -eq 0) { return }
    if ([DateTime]::UtcNow -ge $end) {
      throw (New-Fault -Code 'merge-unfinished' -Where $Guest.Name -What "Hyper-V has been merging its snapshots into its disk for $Seconds s" -Fix 'Wait until Hyper-V Manager shows no status for this guest, and run the command again')
    }
    Start-Sleep -Seconds 2
  }
}

# Removes a guest and leaves its disk: its snapshots go first, and what they hold is merged into the disk.
function Remove-ClasslabGuest {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Name,
    [Parameter(Mandatory = $true)] [string]$Folder,
    # How long merging may take.
    [int]$MergeSeconds = 900
  )
  $guest = Get-OwnGuest -Mark $Mark -Name $Name -Folder $Folder
  if ($null -ne $guest -and $PSCmdlet.ShouldProcess($Name, 'Remove the guest')) {
    if ("$($guest.State)" -ne 'Off') { Stop-VM -VM $guest -TurnOff -Force }
    Get-VMSnapshot -VM $guest | ForEach-Object -Process { Remove-VMSnapshot -VMSnapshot $_ }
    Wait-Merge -Guest $guest -Seconds $MergeSeconds
    Remove-VM -VM $guest -Force
  }
  @{ removed = $null -ne $guest }
}

# ---- adapters ----

# The VLAN that a port is on.
function Set-PortVlan {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Adapter,
    [Parameter(Mandatory = $true)] [ValidateSet('untagged', 'access', 'trunk', 'isolated')] [string]$Kind,
    # Of a port of one VLAN.
    [int]$Vlan,
    # Of a port of several, as 10-12,20; what has no tag there is of the native one.
    [string]$AllowedVlans,
    [int]$NativeVlan,
    # Of a port that reaches the host's and no other.
    [int]$PrimaryVlan,
    [int]$SecondaryVlan
  )
  if ($PSCmdlet.ShouldProcess($Adapter.Name, "Set the port to $Kind")) {
    switch ($Kind) {
      'untagged' { Set-VMNetworkAdapterVlan -VMNetworkAdapter $Adapter -Untagged }
      'access' { Set-VMNetworkAdapterVlan -VMNetworkAdapter $Adapter -Access -VlanId $Vlan }
      'trunk' { Set-VMNetworkAdapterVlan -VMNetworkAdapter $Adapter -Trunk -AllowedVlanIdList $AllowedVlans -NativeVlanId $NativeVlan }
      'isolated' { Set-VMNetworkAdapterVlan -VMNetworkAdapter $Adapter -Isolated -PrimaryVlanId $PrimaryVlan -SecondaryVlanId $SecondaryVlan }
    }
  }
}

# Keeps a guest off the other switches that the host translates for, between which it would carry packets. Of two rules the one with the
# longer match counts (Microsoft, "Add-VMNetworkAdapterAcl").
function Set-PortReach {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Adapter,
    # The port's own subnet.
    [string]$Inside,
    # What of the rest it does not reach; all is reached where empty.
    [string]$NotBeyond,
    # Addresses that it never reaches.
    [string[]]$Hidden = @()
  )
  foreach ($rule in Get-VMNetworkAdapterAcl -VMNetworkAdapter $Adapter) {
    if ($PSCmdlet.ShouldProcess($Adapter.Name, 'Drop a rule')) { Remove-VMNetworkAdapterAcl -InputObject $rule }
  }
  if ($NotBeyond -and $PSCmdlet.ShouldProcess($Adapter.Name, "Keep to $Inside within $NotBeyond")) {
    Add-VMNetworkAdapterAcl -VMNetworkAdapter $Adapter -Action Deny -Direction Both -RemoteIPAddress $NotBeyond
    Add-VMNetworkAdapterAcl -VMNetworkAdapter $Adapter -Action Allow -Direction Both -RemoteIPAddress $Inside
  }
  foreach ($address in $Hidden) {
    if ($PSCmdlet.ShouldProcess($Adapter.Name, "Keep from $address")) {
      Add-VMNetworkAdapterAcl -VMNetworkAdapter $Adapter -Action Deny -Direction Both -RemoteIPAddress $address
    }
  }
}

# One adapter of a guest, known by its name, where the plan has it. It leaves a switch before its port changes and joins one after that:
# at no moment is it on a wire on which it may not be.
function Set-OneAdapter {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Guest,
    [Parameter(Mandatory = $true)] [string]$Name,
    # Twelve hexadecimal digits.
    [Parameter(Mandatory = $true)] [string]$Mac,
    # Name of the switch; on none where empty.
    [AllowEmptyString()] [string]$SwitchName = '',
    [Parameter(Mandatory = $true)] [psobject]$Port,
    [Parameter(Mandatory = $true)] [ValidateSet('On', 'Off')] [string]$Spoofing,
    [string]$Inside,
    [string]$NotBeyond,
    [string[]]$Hidden = @()
  )
  $adapter = Get-VMNetworkAdapter -VM $Guest | Where-Object -FilterScript { $_.Name -eq $Name }
  if ($null -ne $adapter -and "$($adapter.MacAddress)" -ne $Mac -and $PSCmdlet.ShouldProcess($Name, 'Change its address')) {
    # A running guest takes no other address on the same card.
    Remove-VMNetworkAdapter -VMNetworkAdapter $adapter
    $adapter = $null
  }
  if ($null -eq $adapter -and $PSCmdlet.ShouldProcess($Name, 'Add the adapter')) {
    $adapter = Add-VMNetworkAdapter -VM $Guest -Name $Name -StaticMacAddress $Mac -Passthru
  }
  if ($null -eq $adapter) { return }
  $on = "$($adapter.SwitchName)"
  if ($on -and $on -ne $SwitchName -and $PSCmdlet.ShouldProcess($Name, "Leave $on")) {
    Disconnect-VMNetworkAdapter -VMNetworkAdapter $adapter
  }
  if (-not $SwitchName) { return }
  $vlan = @{ Adapter = $adapter; Kind = 'untagged' }
  foreach ($property in $Port.PSObject.Properties) { $vlan[$property.Name] = $property.Value }
  # Reason: the names are those of the document; a name that the function does not have is an error.
  Set-PortVlan @vlan
  if ($PSCmdlet.ShouldProcess($Name, "Join $SwitchName")) {
    # Learners try tools of attackers: no guest answers for the room's DHCP or routers, nor under another's address.
    Set-VMNetworkAdapter -VMNetworkAdapter $adapter -MacAddressSpoofing $Spoofing -DhcpGuard On -RouterGuard On
    Set-PortReach -Adapter $adapter -Inside $Inside -NotBeyond $NotBeyond -Hidden $Hidden
    if ($on -ne $SwitchName) { Connect-VMNetworkAdapter -VMNetworkAdapter $adapter -SwitchName $SwitchName }
  }
}

# All adapters of a guest, in place: it goes on running.
function Set-ClasslabAdapter {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Guest,
    [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [psobject[]]$Adapters
  )
  $standing = Get-NeededGuest -Mark $Mark -Name $Guest
  $names = @($Adapters | ForEach-Object -Process { $_.name })
  foreach ($adapter in $Adapters) {
    $wire = "$($adapter.switch)"
    if ($wire -and $null -eq (Get-OwnSwitch -Mark $Mark -Name $wire)) {
      throw (New-Fault -Code 'guest-not-ready' -Where $Guest -What "the switch $wire is absent" -Fix 'Run classlab up again')
    }
    Set-OneAdapter -Guest $standing -Name $adapter.name -Mac $adapter.mac -SwitchName $wire -Port $adapter.port -Spoofing $adapter.spoofing -Inside $adapter.inside -NotBeyond $adapter.notBeyond -Hidden $adapter.hidden
  }
  $more = @(Get-VMNetworkAdapter -VM $standing | Where-Object -FilterScript { $names -notcontains $_.Name })
  foreach ($adapter in $more) {
    if ($PSCmdlet.ShouldProcess($adapter.Name, 'Remove the adapter')) { Remove-VMNetworkAdapter -VMNetworkAdapter $adapter }
  }
  @{ adapters = $names.Count }
}

# Takes all adapters of a guest off their switches.
function Remove-ClasslabAdapter {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Guest
  )
  $standing = Get-OwnGuest -Mark $Mark -Name $Guest
  if ($null -eq $standing) { return @{ removed = $false } }
  foreach ($adapter in Get-VMNetworkAdapter -VM $standing) {
    if ("$($adapter.SwitchName)" -and $PSCmdlet.ShouldProcess($adapter.Name, 'Leave the switch')) {
      Disconnect-VMNetworkAdapter -VMNetworkAdapter $adapter
    }
  }
  @{ removed = $true }
}

# ---- power, snapshots, clones ----

# Waits until a guest's system answers Hyper-V's heartbeat.
function Wait-Heartbeat {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Guest,
    [Parameter(Mandatory = $true)] [int]$Seconds
  )
  $end = [DateTime]::UtcNow.AddSeconds($Seconds)
  while ($true) {
    $now = Get-VM -Id $Guest.Id
    if ("$($now.Heartbeat)" -match '^Ok') { return }
    if ("$($now.State)" -ne 'Running') {
      throw (New-Fault -Code 'guest-not-ready' -Where $Guest.Name -What "it was started, and is $($now.State)" -Fix 'Look at its screen in Hyper-V Manager: its disk may be of a system that does not start here')
    }
    if ([DateTime]::UtcNow -ge $end) {
      throw (New-Fault -Code 'guest-not-ready' -Where $Guest.Name -What "its system did not answer Hyper-V's heartbeat within $Seconds s" -Fix 'Look at its screen in Hyper-V Manager, and run the command again')
    }
    Start-Sleep -Seconds 1
  }
}

# Starts a guest and waits for it, or shuts it down; one that does not end in time is turned off.
function Set-ClasslabPower {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Guest,
    [Parameter(Mandatory = $true)] [ValidateSet('running', 'off')] [string]$State,
    # How long it may take.
    [Parameter(Mandatory = $true)] [int]$Seconds
  )
  if ($State -eq 'running') {
    $standing = Get-NeededGuest -Mark $Mark -Name $Guest
    if ("$($standing.State)" -ne 'Running' -and $PSCmdlet.ShouldProcess($Guest, 'Start')) { Start-VM -VM $standing }
    if (-not $WhatIfPreference) { Wait-Heartbeat -Guest $standing -Seconds $Seconds }
    return @{ state = 'running' }
  }
  $standing = Get-OwnGuest -Mark $Mark -Name $Guest
  if ($null -eq $standing) { return @{ state = 'absent' } }
  $now = "$($standing.State)"
  if ($now -ne 'Off' -and $PSCmdlet.ShouldProcess($Guest, 'Shut down')) {
    $end = [DateTime]::UtcNow.AddSeconds($Seconds)
    if ($now -eq 'Running') {
      # Reason: a guest whose system is not up yet does not hear of it, and is turned off below.
      Stop-VM -VM $standing -Force -ErrorAction SilentlyContinue
    }
    while ("$((Get-VM -Id $standing.Id).State)" -ne 'Off' -and [DateTime]::UtcNow -lt $end) { Start-Sleep -Seconds 1 }
    if ("$((Get-VM -Id $standing.Id).State)" -ne 'Off') { Stop-VM -VM $standing -TurnOff -Force }
  }
  @{ state = 'off' }
}

# What leads into a guest of a lab that runs: its id, and the service of its management channel.
function Get-ClasslabChannel {
  [CmdletBinding()]
  param(
    # Name of the lab that the guest is to be of.
    [Parameter(Mandatory = $true)] [string]$Lab,
    [Parameter(Mandatory = $true)] [string]$Guest
  )
  $standing = @(Get-VM | Where-Object -FilterScript { $_.Name -eq $Guest })
  if ($standing.Count -eq 0) {
    throw (New-Fault -Code 'guest-not-ready' -Where $Guest -What 'the guest is absent' -Fix 'Run classlab up again')
  }
  $own = @($standing | Where-Object -FilterScript {
      $mark = Read-Mark -Notes $_.Notes
      $null -ne $mark -and $null -ne $mark.PSObject.Properties['classlab'] -and $mark.classlab -eq $Lab
    })
  if ($own.Count -ne 1 -or $standing.Count -ne 1) {
    throw (New-Fault -Code 'object-in-the-way' -Where $Guest -What 'the host has a virtual machine of this name that is not of this lab' -Fix 'Rename it, or remove it if nobody needs it; nothing was changed')
  }
  $state = "$($own[0].State)"
  if ($state -ne 'Running') {
    throw (New-Fault -Code 'guest-not-ready' -Where $Guest -What "it is $state, and nothing leads into it" -Fix 'Run classlab up again, which starts it')
  }
  @{ machine = "$($own[0].Id)"; service = $ChannelService }
}

# Gives a guest its name back.
function Rename-ClasslabGuest {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    # Of the guest: its name is what is wrong.
    [Parameter(Mandatory = $true)] [string]$Id,
    [Parameter(Mandatory = $true)] [string]$Name
  )
  if ($null -ne (Get-OwnGuest -Mark $Mark -Name $Name)) { return @{ name = $Name } }
  $own = @(Get-VM | Where-Object -FilterScript { "$($_.Id)" -eq $Id -and (Test-Mark -Mark $Mark -Notes $_.Notes) })
  foreach ($guest in $own) {
    if ($PSCmdlet.ShouldProcess($guest.Name, "Rename to $Name")) { Rename-VM -VM $guest -NewName $Name }
  }
  @{ name = $Name }
}

# A checkpoint of a guest, unless it has one of that name.
function New-ClasslabSnapshot {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Guest,
    [Parameter(Mandatory = $true)] [string]$Name
  )
  $standing = Get-NeededGuest -Mark $Mark -Name $Guest
  $present = @(Get-VMSnapshot -VM $standing | Where-Object -FilterScript { $_.Name -eq $Name })
  if ($present.Count -eq 0 -and $PSCmdlet.ShouldProcess($Guest, "Take the checkpoint $Name")) {
    Checkpoint-VM -VM $standing -SnapshotName $Name
  }
  @{ name = $Name }
}

# Removes a checkpoint and waits until its disk is merged.
function Remove-ClasslabSnapshot {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Guest,
    [Parameter(Mandatory = $true)] [string]$Name,
    [int]$MergeSeconds = 900
  )
  $standing = Get-OwnGuest -Mark $Mark -Name $Guest
  if ($null -eq $standing) { return @{ removed = $false } }
  $present = @(Get-VMSnapshot -VM $standing | Where-Object -FilterScript { $_.Name -eq $Name })
  foreach ($snapshot in $present) {
    if ($PSCmdlet.ShouldProcess($Guest, "Remove the checkpoint $Name")) { Remove-VMSnapshot -VMSnapshot $snapshot }
  }
  $others = @(Get-VMSnapshot -VM $standing | Where-Object -FilterScript { $_.Name -ne $Name })
  if ($others.Count -eq 0 -and -not $WhatIfPreference) { Wait-Merge -Guest $standing -Seconds $MergeSeconds }
  @{ removed = $present.Count -gt 0 }
}

# What clones of a guest begin with: a copy of its disk as it is now, which nothing writes any more. The guest is shut down for it.
function Set-ClasslabBase {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Guest,
    [Parameter(Mandatory = $true)] [string]$Path,
    # How long the guest may take to end, and to answer again.
    [Parameter(Mandatory = $true)] [int]$Seconds
  )
  $name = Split-Path -Path $Path -Leaf
  if (Test-Path -LiteralPath $Path) { return @{ name = $name } }
  $standing = Get-NeededGuest -Mark $Mark -Name $Guest
  if ($PSCmdlet.ShouldProcess($Path, "Copy the disk of $Guest")) {
    $null = Set-ClasslabPower -Mark $Mark -Guest $Guest -State off -Seconds $Seconds
    # With snapshots the disk that it writes to is the last of a chain; a copy has all of it.
    $drives = @(Get-VMHardDiskDrive -VM $standing)
    New-GuestDisk -Path $Path -Base $drives[0].Path -Kind Dynamic -Bytes 0
    Set-ItemProperty -LiteralPath $Path -Name IsReadOnly -Value $true
    $null = Set-ClasslabPower -Mark $Mark -Guest $Guest -State running -Seconds $Seconds
  }
  @{ name = $name }
}

# Removes what clones began with.
function Remove-ClasslabBase {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param([Parameter(Mandatory = $true)] [string]$Path)
  $there = Test-Path -LiteralPath $Path
  if ($there -and $PSCmdlet.ShouldProcess($Path, 'Remove')) { Remove-Item -LiteralPath $Path -Force }
  @{ removed = $there }
}

# ---- shared folders ----

# A folder of the host that guests mount over the network. Its share carries the mark in its description.
function Set-ClasslabShare {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Name,
    [Parameter(Mandatory = $true)] [string]$Path,
    # Account of the host that guests log in with.
    [Parameter(Mandatory = $true)] [string]$Account
  )
  $standing = @(Get-SmbShare | Where-Object -FilterScript { $_.Name -eq $Name })
  if ($standing.Count -gt 0) {
    if (Test-Mark -Mark $Mark -Notes $standing[0].Description) { return @{ name = $Name } }
    throw (New-Fault -Code 'object-in-the-way' -Where $Name -What 'the host has a share of this name that is not of this lab' -Fix 'Remove it if nobody needs it; nothing was changed')
  }
  if ($PSCmdlet.ShouldProcess($Name, 'Share the folder')) {
    $null = New-Item -ItemType Directory -Path $Path -Force
    $null = New-SmbShare -Name $Name -Path $Path -ChangeAccess $Account -Description (Get-MarkText -Mark $Mark)
  }
  @{ name = $Name }
}

# Ends sharing; the folder and what is in it stay until the lab's own folder goes.
function Remove-ClasslabShare {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Mark,
    [Parameter(Mandatory = $true)] [string]$Name
  )
  $own = @(Get-SmbShare | Where-Object -FilterScript { $_.Name -eq $Name -and (Test-Mark -Mark $Mark -Notes $_.Description) })
  if ($own.Count -gt 0 -and $PSCmdlet.ShouldProcess($Name, 'End sharing')) { Remove-SmbShare -Name $Name -Force }
  @{ removed = $own.Count -gt 0 }
}

# ---- what is there ----

function Get-ObservedAdapter {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [psobject]$Guest)
  foreach ($adapter in Get-VMNetworkAdapter -VM $Guest) {
    $vlan = Get-VMNetworkAdapterVlan -VMNetworkAdapter $adapter
    @{
      name     = $adapter.Name
      mac      = "$($adapter.MacAddress)"
      switch   = "$($adapter.SwitchName)"
      vlanMode = "$($vlan.OperationMode)"
      vlan     = [int]$vlan.AccessVlanId
      spoofing = "$($adapter.MacAddressSpoofing)"
    }
  }
}

# The mark of what carries a lab's name and id and no more.
function New-LabMark {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$Lab,
    [Parameter(Mandatory = $true)] [string]$Id
  )
  @{ classlab = $Lab; $MarkId = $Id }
}

# Everything on this host that carries a mark of this package, whose lab it ever is.
function Get-ClasslabObject {
  [CmdletBinding()]
  param()
  $objects = @()
  $guests = @()
  $wires = @()
  if (Test-Management) {
    $guests = @(Get-VM)
    $wires = @(Get-VMSwitch)
  }
  foreach ($guest in $guests) {
    $mark = Read-Mark -Notes $guest.Notes
    if ($null -eq $mark) { continue }
    $objects += @{
      kind      = 'guest'
      name      = $guest.Name
      id        = "$($guest.Id)"
      mark      = $mark
      state     = "$($guest.State)"
      cpus      = [int]$guest.ProcessorCount
      memory    = [int]($guest.MemoryStartup / 1mb)
      nested    = [bool](Get-VMProcessor -VM $guest).ExposeVirtualizationExtensions
      seconds   = [int]$guest.Uptime.TotalSeconds
      snapshots = @(Get-VMSnapshot -VM $guest | ForEach-Object -Process { $_.Name })
      adapters  = @(Get-ObservedAdapter -Guest $guest)
    }
  }
  foreach ($wire in $wires) {
    $mark = Read-Mark -Notes $wire.Notes
    if ($null -eq $mark) { continue }
    $objects += @{ kind = 'switch'; name = $wire.Name; id = "$($wire.Id)"; mark = $mark; type = "$($wire.SwitchType)" }
  }
  foreach ($nat in Get-NetNat) {
    if ($nat.Name -notmatch '^classlab-(?<lab>.+)-(?<id>[0-9a-f]{16})$') { continue }
    $objects += @{ kind = 'nat'; name = $nat.Name; mark = New-LabMark -Lab $Matches['lab'] -Id $Matches['id'] }
  }
  foreach ($share in Get-SmbShare) {
    $mark = Read-Mark -Notes $share.Description
    if ($null -eq $mark) { continue }
    $objects += @{ kind = 'share'; name = $share.Name; mark = $mark; path = "$($share.Path)" }
  }
  $folders = @()
  if ([IO.Directory]::Exists($Labs)) { $folders = @([IO.Directory]::GetDirectories($Labs)) }
  foreach ($folder in $folders) {
    $name = Split-Path -Path $folder -Leaf
    if ($name -notmatch '^(?<lab>.+)-(?<id>[0-9a-f]{16})$') { continue }
    $mark = New-LabMark -Lab $Matches['lab'] -Id $Matches['id']
    $objects += @{ kind = 'folder'; name = $name; mark = $mark }
    foreach ($place in [IO.Directory]::GetDirectories($folder)) {
      foreach ($disk in [IO.Directory]::GetFiles($place, 'disk.vhdx')) {
        $objects += @{ kind = 'disk'; name = Split-Path -Path $place -Leaf; mark = $mark; bytes = [IO.FileInfo]::new($disk).Length }
      }
    }
  }
  # Whose names are taken: nothing else is told of them.
  $others = @{
    guests   = @($guests | Where-Object -FilterScript { $null -eq (Read-Mark -Notes $_.Notes) } | ForEach-Object -Process { $_.Name })
    switches = @($wires | Where-Object -FilterScript { $null -eq (Read-Mark -Notes $_.Notes) } | ForEach-Object -Process { $_.Name })
  }
  @{ objects = $objects; others = $others }
}

# ---- calls ----

# Calls one of the functions above with what a document says, and gives its value or its fault.
function Invoke-ClasslabFunction {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)]
    [ValidateSet('Enable-ClasslabHyperV', 'Get-ClasslabChannel', 'Get-ClasslabHost', 'Get-ClasslabObject', 'New-ClasslabSnapshot', 'Remove-ClasslabAdapter', 'Remove-ClasslabBase', 'Remove-ClasslabDisk', 'Remove-ClasslabGuest', 'Remove-ClasslabHost', 'Remove-ClasslabShare', 'Remove-ClasslabSnapshot', 'Remove-ClasslabSwitch', 'Rename-ClasslabGuest', 'Restart-ClasslabHost', 'Set-ClasslabAdapter', 'Set-ClasslabBase', 'Set-ClasslabDisk', 'Set-ClasslabGuest', 'Set-ClasslabHost', 'Set-ClasslabImage', 'Set-ClasslabPower', 'Set-ClasslabShare', 'Set-ClasslabSwitch')]
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
