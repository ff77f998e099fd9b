# Does what one payload says by the module in it, and answers with one JSON document between marks that no other output has.
param(
  # UTF-8 of a JSON document, in base64.
  [Parameter(Mandatory = $true)] [string]$Payload,
  # Which of the payload's calls.
  [Parameter(Mandatory = $true)] [ValidateSet('apply', 'remove')] [string]$Verb
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
# Progress and warnings would come as XML among the words of errors.
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'

function Get-Hash {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [string]$Text)
  $digest = [Security.Cryptography.SHA256]::Create().ComputeHash([Text.Encoding]::UTF8.GetBytes($Text))
  [BitConverter]::ToString($digest).Replace('-', '').ToLowerInvariant()
}

$answer = $null
try {
  $document = ConvertFrom-Json -InputObject ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Payload)))
  $seen = Get-Hash -Text $document.module.text
  if ($seen -ne $document.module.sha256) {
    $answer = @{
      ok    = $false
      fault = @{
        code     = 'module-mismatch'
        where    = [Environment]::MachineName
        what     = "the module arrived with the hash $seen"
        expected = "$($document.module.sha256)"
      }
    }
  } else {
    $null = New-Module -Name 'Classlab.HyperV' -ScriptBlock ([scriptblock]::Create($document.module.text))
    $call = $document.calls.$Verb
    $answer = Invoke-ClasslabFunction -Function $call.function -Data $call.data -Rehearse $document.rehearse
  }
} catch {
  $answer = @{
    ok    = $false
    fault = @{
      code  = 'host-command-failed'
      where = [Environment]::MachineName
      what  = "$($_.Exception.Message) (line $($_.InvocationInfo.ScriptLineNumber) of the runner)"
    }
  }
}
$json = ConvertTo-Json -InputObject $answer -Depth 10 -Compress
# Code pages of the console change everything that is not ASCII.
$json = [regex]::Replace($json, '[^\x20-\x7e]', { param($Match) '\u{0:x4}' -f [int][char]$Match.Value })
$id = (Get-Hash -Text $Payload).Substring(0, 16)
$bytes = [Text.Encoding]::ASCII.GetBytes("`n<classlab $id>`n$json`n</classlab $id>`n")
$output = [Console]::OpenStandardOutput()
$output.Write($bytes, 0, $bytes.Length)
$output.Flush()
if ($answer.ok) { exit 0 }
exit 1
