# What the command line holds: short, always the same, and of characters that every shell leaves alone once encoded. The first
# line of standard input is the runner, the second what it is to do, both UTF-8 in base64.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$lines = [IO.StreamReader]::new([Console]::OpenStandardInput(), [Text.Encoding]::ASCII).ReadToEnd().Split([char]10)
$runner = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($lines[0].Trim()))
# Reason: the runner travels with the call, so that no host runs an older one.
& ([scriptblock]::Create($runner)) -Payload $lines[1].Trim() -Verb apply
