# The account by which a team's learners come to its host with Windows in a cloud: through the SSH server to guests and to Remote Desktop of the host, where
# they manage Hyper-V. For Windows PowerShell 5.1, as an administrator. Every function may be repeated, and changes nothing with -WhatIf.
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'

# Groups by their numbers, since their names are in the language of Windows: Remote Desktop Users, Hyper-V Administrators.
$Groups = @('S-1-5-32-555', 'S-1-5-32-578')

$SshFolder = Join-Path -Path $env:ProgramData -ChildPath 'ssh'
$SettingsFile = Join-Path -Path $SshFolder -ChildPath 'sshd_config'
$KeyFile = Join-Path -Path $SshFolder -ChildPath 'learner_authorized_keys'
# A digest of the password that was set, so that one that learners chose afterwards stays.
$PasswordFile = Join-Path -Path $SshFolder -ChildPath 'learner_password_set'

$TerminalServer = 'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server'

function New-LearnerFault {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$Code,
    [Parameter(Mandatory = $true)] [string]$What,
    [string]$Fix
  )
  $fault = @{ code = $Code; where = [Environment]::MachineName; what = $What }
  if ($Fix) { $fault['fix'] = $Fix }
  $exception = [System.InvalidOperationException]::new($What)
  $exception.Data['classlab'] = $fault
  $exception
}

# A file of the SSH server's, which passes over those that others may write. True where it was another before.
function Set-ServerFile {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$Path,
    [Parameter(Mandatory = $true)] [string]$Text
  )
  if ((Test-Path -LiteralPath $Path) -and [IO.File]::ReadAllText($Path) -eq $Text) { return $false }
  if ($PSCmdlet.ShouldProcess($Path, 'Write')) {
    [IO.File]::WriteAllText($Path, $Text, [Text.UTF8Encoding]::new($false))
    $null = icacls.exe $Path /inheritance:r /grant '*S-1-5-32-544:F' /grant '*S-1-5-18:F'
    if ($LASTEXITCODE -ne 0) { throw (New-LearnerFault -Code 'host-command-failed' -What "icacls.exe ended with exit code $LASTEXITCODE for $Path") }
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

# The account of a name, which has to be the lab's; nothing where there is none.
function Get-Learner {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$Name,
    [Parameter(Mandatory = $true)] [string]$Owner
  )
  $found = @(Get-LocalUser | Where-Object -FilterScript { $_.Name -eq $Name })
  if ($found.Count -eq 0) { return }
  if ("$($found[0].Description)" -ne $Owner) {
    throw (New-LearnerFault -Code 'object-in-the-way' -What "the account $Name is not this lab's" -Fix 'Rename or remove it, and run the command again')
  }
  $found[0]
}

# Learners come in by the account, and what leads on from it is what the settings say.
function Set-ClasslabLearner {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$Name,
    # The lab that it is of: its description.
    [Parameter(Mandatory = $true)] [string]$Owner,
    [Parameter(Mandatory = $true)] [string]$Password,
    # A digest by which a password is known that was set already.
    [Parameter(Mandatory = $true)] [string]$PasswordMark,
    # The one line that is let in.
    [Parameter(Mandatory = $true)] [string]$AuthorizedKey,
    # Settings of the SSH server, the account's among them.
    [Parameter(Mandatory = $true)] [string]$Settings
  )
  $learner = Get-Learner -Name $Name -Owner $Owner
  if ($PSCmdlet.ShouldProcess($Name, 'Set the account')) {
    if ($null -eq $learner) {
      $null = New-LocalUser -Name $Name -Description $Owner -Password (ConvertTo-Secret -Text $Password) -AccountNeverExpires -PasswordNeverExpires
      foreach ($group in $Groups) { Add-LocalGroupMember -SID $group -Member $Name }
    } elseif (-not (Test-Path -LiteralPath $PasswordFile) -or [IO.File]::ReadAllText($PasswordFile) -ne $PasswordMark) {
      Set-LocalUser -Name $Name -Password (ConvertTo-Secret -Text $Password)
    }
    [IO.File]::WriteAllText($PasswordFile, $PasswordMark)
    # Remote Desktop answers, and the firewall lets nobody at it from outside: it is reached through SSH alone.
    Set-ItemProperty -LiteralPath $TerminalServer -Name 'fDenyTSConnections' -Value 0
  }
  # The settings before the key: nobody comes in by it without them.
  $changed = Set-ServerFile -Path $SettingsFile -Text $Settings
  if ($changed -and $PSCmdlet.ShouldProcess('sshd', 'Restart')) {
    # The session that runs this goes on: it has a process of its own.
    Restart-Service -Name 'sshd' -Force
  }
  $null = Set-ServerFile -Path $KeyFile -Text "$AuthorizedKey`n"
  @{ account = $Name }
}

# Takes the account away, and Remote Desktop with it.
function Remove-ClasslabLearner {
  [CmdletBinding(SupportsShouldProcess = $true)]
  param(
    [Parameter(Mandatory = $true)] [string]$Name,
    [Parameter(Mandatory = $true)] [string]$Owner,
    # Settings of the SSH server without the account's.
    [Parameter(Mandatory = $true)] [string]$Settings
  )
  $learner = Get-Learner -Name $Name -Owner $Owner
  if ($null -ne $learner -and $PSCmdlet.ShouldProcess($Name, 'Remove the account')) {
    foreach ($file in @($KeyFile, $PasswordFile)) {
      if (Test-Path -LiteralPath $file) { Remove-Item -LiteralPath $file -Force }
    }
    Set-ItemProperty -LiteralPath $TerminalServer -Name 'fDenyTSConnections' -Value 1
    if (Set-ServerFile -Path $SettingsFile -Text $Settings) { Restart-Service -Name 'sshd' -Force }
    Remove-LocalUser -SID $learner.SID
  }
  @{ account = '' }
}

# Calls one of the functions above with what a document says, and gives its value or its fault.
function Invoke-ClasslabFunction {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [ValidateSet('Remove-ClasslabLearner', 'Set-ClasslabLearner')] [string]$Function,
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
