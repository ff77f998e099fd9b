# What the command line of a channel holds. Standard input begins with frames, each of eight digits and so many bytes of UTF-8; the
# first is the program that reads the others, and what comes after them is the guest's.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$stream = [Console]::OpenStandardInput()
$take = {
  param([int]$Count)
  $bytes = [byte[]]::new($Count)
  for ($have = 0; $have -lt $Count; $have += $read) {
    $read = $stream.Read($bytes, $have, $Count - $have)
    if ($read -eq 0) { throw 'the program was cut off' }
  }
  [Text.Encoding]::UTF8.GetString($bytes)
}
# Reason: the block above.
$next = { & $take ([int](& $take 8)) }
# Reason: the program travels with the call, so that no host runs an older one.
& ([scriptblock]::Create((& $next))) -Next $next -Stream $stream
