# What is so in a guest with Windows: its accounts, its host key, who is let in, its networks. Called over its channel, as Classlab.HyperV is on a host; for
# Windows PowerShell 5.1, as an administrator. Every function may be repeated, and changes nothing with -WhatIf.
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'

# Groups by their numbers: their names are in the language of Windows.
$Administrators = 'S-1-5-32-544'
$LocalSystem = 'S-1-5-18'

$SshFolder = Join-Path -Path $env:ProgramData -ChildPath 'ssh'
$OwnFolder = Join-Path -Path $env:ProgramData -ChildPath 'classlab'

# Seconds that Hyper-V may take to be there after a start.
$HyperVSeconds = 300

function New-GuestFault {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [string]$What)
  $exception = [System.InvalidOperationException]::new($What)
  $exception.Data['classlab'] = @{ code = 'guest-not-ready'; where = [Environment]::MachineName; what = $What }
  $exception
}

# A file of the SSH server's, which it passes over where others may read or write it. True where it was another before.
function Set-PrivateFile {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$Path,
    [Parameter(Mandatory = $true)] [string]$Text
  )
  if ((Test-Path -LiteralPath $Path) -and [IO.File]::ReadAllText($Path) -eq $Text) { return $false }
  if ($PSCmdlet.ShouldProcess($Path, 'Write')) {
    # Without a byte order mark: sshd would not know the first line.
    [IO.File]::WriteAllText($Path, $Text, [Text.UTF8Encoding]::new($false))
    $null = icacls.exe $Path /inheritance:r /grant "*${Administrators}:F" /grant "*${LocalSystem}:F"
    if ($LASTEXITCODE -ne 0) { throw (New-GuestFault -What "icacls.exe ended with exit code $LASTEXITCODE for $Path") }
  }
  $true
}

function ConvertTo-Secret {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [string]$Text)
  $secret = [Security.SecureString]::new()
  foreach ($character in $Text.ToCharArray()) { $secret.AppendChar($character) }
  $secret
}

# A word that nobody knows, and that fits every rule of passwords.
function New-Word {
  [CmdletBinding()]
  param()
  $bytes = [byte[]]::new(32)
  $random = [Security.Cryptography.RandomNumberGenerator]::Create()
  $random.GetBytes($bytes)
  'aA1-' + [Convert]::ToBase64String($bytes)
}

# A learner's account, made once; its password is set for each that the lab gives, so that what a learner chose afterwards stays.
function Set-Account {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$Name,
    [Parameter(Mandatory = $true)] [string]$Password,
    [Parameter(Mandatory = $true)] [string]$Mark
  )
  $file = Join-Path -Path $OwnFolder -ChildPath "$Name.set"
  $known = @(Get-LocalUser | Where-Object -FilterScript { $_.Name -eq $Name })
  if ($PSCmdlet.ShouldProcess($Name, 'Set the account')) {
    if ($known.Count -eq 0) {
      $null = New-LocalUser -Name $Name -Password (ConvertTo-Secret -Text $Password) -AccountNeverExpires -PasswordNeverExpires
      Add-LocalGroupMember -SID $Administrators -Member $Name
    } elseif (-not (Test-Path -LiteralPath $file) -or [IO.File]::ReadAllText($file) -ne $Mark) {
      Set-LocalUser -Name $Name -Password (ConvertTo-Secret -Text $Password)
    }
    [IO.File]::WriteAllText($file, $Mark)
  }
}

# Hyper-V begins with Windows, and takes its time.
function Wait-HyperV {
  [CmdletBinding()]
  param()
  for ($left = $HyperVSeconds; $left -gt 0; $left -= 5) {
    $running = @(Get-Service | Where-Object -FilterScript { $_.Name -eq 'vmms' -and "$($_.Status)" -eq 'Running' })
    if ($running.Count -gt 0) { return }
    Start-Sleep -Seconds 5
  }
  throw (New-GuestFault -What "Hyper-V was turned on in it, and does not run within $HyperVSeconds s (service vmms)")
}

# The guest as the lab wants it, once its first start is done.
function Set-ClasslabGuest {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    # Learners' accounts: name, password, and a digest by which a password is known that was set already.
    [Parameter(Mandatory = $true)] [psobject[]]$Accounts,
    # The account of the channel, whose password nobody is to know.
    [Parameter(Mandatory = $true)] [string]$Own,
    [Parameter(Mandatory = $true)] [string]$HostKey,
    # Its public half: type and base64.
    [Parameter(Mandatory = $true)] [string]$PublicHostKey,
    # The one line that is let in.
    [Parameter(Mandatory = $true)] [string]$AuthorizedKey,
    # Settings of the SSH server.
    [Parameter(Mandatory = $true)] [string]$Settings,
    [Parameter(Mandatory = $true)] [bool]$HyperV
  )
  if (-not (Test-Path -LiteralPath (Join-Path -Path $OwnFolder -ChildPath 'started'))) {
    throw (New-GuestFault -What 'its first start is not done')
  }
  if ($HyperV) { Wait-HyperV }
  if ($PSCmdlet.ShouldProcess([Environment]::MachineName, 'Set up')) {
    foreach ($account in $Accounts) { Set-Account -Name $account.name -Password $account.password -Mark $account.mark }
    # What the answer file gave, every account may have read.
    foreach ($user in @(Get-LocalUser | Where-Object -FilterScript { $_.Name -eq $Own -or "$($_.SID)" -like '*-500' })) {
      Set-LocalUser -Name $user.Name -Password (ConvertTo-Secret -Text (New-Word))
    }
    $null = Set-PrivateFile -Path (Join-Path -Path $SshFolder -ChildPath 'administrators_authorized_keys') -Text "$AuthorizedKey`n"
    $changed = Set-PrivateFile -Path (Join-Path -Path $SshFolder -ChildPath 'ssh_host_ed25519_key') -Text $HostKey
    $changed = (Set-PrivateFile -Path (Join-Path -Path $SshFolder -ChildPath 'ssh_host_ed25519_key.pub') -Text "$PublicHostKey`n") -or $changed
    $changed = (Set-PrivateFile -Path (Join-Path -Path $SshFolder -ChildPath 'sshd_config') -Text $Settings) -or $changed
    # The session that runs this goes on: it has a process of its own.
    if ($changed) { Restart-Service -Name 'sshd' -Force }
  }
  @{ ready = $true }
}

# The guest's networks: each adapter by its MAC address, an address that stays or the room's DHCP. One that is on no switch loses its addresses.
function Set-ClasslabNetwork {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    # mac (with hyphens, in capitals), dhcp, and where it has them address, prefix, gateway and dns.
    [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [psobject[]]$Adapters
  )
  $cards = @(Get-NetAdapter)
  foreach ($adapter in $Adapters) {
    $card = @($cards | Where-Object -FilterScript { $_.MacAddress -eq $adapter.mac })
    if ($card.Count -eq 0) { throw (New-GuestFault -What "it has no network card with the address $($adapter.mac)") }
    $index = $card[0].ifIndex
    if ($PSCmdlet.ShouldProcess($adapter.mac, 'Set the network')) {
      if ($adapter.dhcp) {
        Set-NetIPInterface -InterfaceIndex $index -AddressFamily IPv4 -Dhcp Enabled
        continue
      }
      Set-NetIPInterface -InterfaceIndex $index -AddressFamily IPv4 -Dhcp Disabled
      foreach ($old in @(Get-NetIPAddress | Where-Object -FilterScript { $_.InterfaceIndex -eq $index -and "$($_.AddressFamily)" -eq 'IPv4' })) {
        Remove-NetIPAddress -InterfaceIndex $index -IPAddress $old.IPAddress
      }
      foreach ($old in @(Get-NetRoute | Where-Object -FilterScript { $_.InterfaceIndex -eq $index -and $_.DestinationPrefix -eq '0.0.0.0/0' })) {
        Remove-NetRoute -InterfaceIndex $index -DestinationPrefix '0.0.0.0/0'
      }
      if ($adapter.address) {
        $null = New-NetIPAddress -InterfaceIndex $index -AddressFamily IPv4 -IPAddress $adapter.address -PrefixLength $adapter.prefix
      }
      if ($adapter.gateway) {
        $null = New-NetRoute -InterfaceIndex $index -DestinationPrefix '0.0.0.0/0' -NextHop $adapter.gateway
        Set-DnsClientServerAddress -InterfaceIndex $index -ServerAddresses $adapter.dns
      }
    }
  }
  @{ adapters = $true }
}

# Calls one of the functions above with what a document says, and gives its value or its fault.
function Invoke-ClasslabFunction {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [ValidateSet('Set-ClasslabGuest', 'Set-ClasslabNetwork')] [string]$Function,
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
