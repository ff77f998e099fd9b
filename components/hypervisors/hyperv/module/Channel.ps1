# Joins standard input and output with the management channel of one guest, until either ends. Nothing else is ever written to standard output. What
# keeps from it is told on standard error: as an answer among marks where trying again will not help.
param(
  # Gives the text of the next frame of standard input.
  [Parameter(Mandatory = $true)] [scriptblock]$Next,
  # Standard input behind the frames.
  [Parameter(Mandatory = $true)] [IO.Stream]$Stream
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'

$answer = $null
$id = '0000000000000000'
try {
  # Reason: the block that the command line holds.
  $document = ConvertFrom-Json -InputObject (& $Next)
  # Reason: the block that the command line holds.
  $call = ConvertFrom-Json -InputObject (& $Next)
  $digest = [Security.Cryptography.SHA256]::Create().ComputeHash([Text.Encoding]::UTF8.GetBytes($document.module.text))
  $seen = [BitConverter]::ToString($digest).Replace('-', '').ToLowerInvariant()
  $id = $seen.Substring(0, 16)
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
    $answer = Invoke-ClasslabFunction -Function Get-ClasslabChannel -Data $call.data -Rehearse $false
  }
} catch {
  $answer = @{
    ok    = $false
    fault = @{
      code  = 'host-command-failed'
      where = [Environment]::MachineName
      what  = "$($_.Exception.Message) (line $($_.InvocationInfo.ScriptLineNumber) of the channel)"
    }
  }
}
if (-not $answer.ok) {
  $json = ConvertTo-Json -InputObject $answer -Depth 10 -Compress
  # Code pages of the console change everything that is not ASCII.
  $json = [regex]::Replace($json, '[^\x20-\x7e]', { param($Match) '\u{0:x4}' -f [int][char]$Match.Value })
  [Console]::Error.Write("`n<classlab $id>`n$json`n</classlab $id>`n")
  exit 1
}
try {
  Add-Type -TypeDefinition $document.program
  $way = $answer.value
  [Classlab.Channel]::Open([guid]$way.machine, [guid]$way.service, [int]$call.seconds * 1000, $Stream, [Console]::OpenStandardOutput())
} catch {
  # A guest that is starting does not answer yet: who waits tries again.
  [Console]::Error.WriteLine("classlab-channel: $($_.Exception.GetBaseException().Message)")
  exit 1
}
exit 0
