# Runs VBoxManage as a list of instructions says (instructions.ts), and returns what it did. The data never becomes part of a command's text: each
# value is one argument. For Windows PowerShell 5.1 and later.
Set-StrictMode -Version 2.0

# Blanks count as one, and none counts at the end.
function ConvertTo-EvenLine {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)][AllowEmptyString()][string]$Line)
    return ([regex]::Replace($Line, '[ \t\r]+', ' ') -replace ' $', '')
}

# Quotes an argument as programs of Windows take their command line apart (CommandLineToArgvW): backslashes count double before a quotation mark only.
function ConvertTo-ProgramArgument {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)][AllowEmptyString()][string]$Argument)
    $escaped = [regex]::Replace($Argument, '(\\*)"', '$1$1\"')
    $escaped = [regex]::Replace($escaped, '(\\+)$', '$1$1')
    return '"' + $escaped + '"'
}

# Calls VBoxManage to its end. Windows PowerShell itself drops empty arguments and loses quotation marks inside of one.
function Invoke-VBoxManage {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory = $true)][string]$Program,
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][string[]]$Word
    )
    $start = [System.Diagnostics.ProcessStartInfo]::new()
    $start.FileName = $Program
    $start.Arguments = ($Word | ForEach-Object -Process { ConvertTo-ProgramArgument -Argument $_ }) -join ' '
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = [System.Text.UTF8Encoding]::new($false)
    $start.StandardErrorEncoding = [System.Text.UTF8Encoding]::new($false)
    for ($calls = 1; ; $calls++) {
        $process = [System.Diagnostics.Process]::Start($start)
        $process.StandardInput.Close()
        # Both are read at once: a program that fills one of them waits for it.
        $said = $process.StandardError.ReadToEndAsync()
        $out = $process.StandardOutput.ReadToEnd()
        $process.WaitForExit()
        # VirtualBox's service ends some seconds after its last caller. A call that comes at that very moment gets no service: nothing was done, and it is made again.
        if ($calls -ge 5 -or $said.Result -notmatch 'Failed to create the VirtualBox object') { break }
        Start-Sleep -Seconds 1
    }
    return [pscustomobject]@{ Code = $process.ExitCode; Out = ($out -split "`r?`n"); Said = ($said.Result -split "`r?`n") }
}

# VBoxManage says first what is wrong, then where in its source.
function Get-VBoxError {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)][AllowEmptyCollection()][AllowEmptyString()][string[]]$Said)
    $errors = @($Said | Where-Object -FilterScript { $_ -match '^VBoxManage[^:]*: error: ' -and $_ -notmatch ': error: (Details|Context): ' })
    if ($errors.Count -gt 0) { return ($errors -replace '^VBoxManage[^:]*: error: ', '') -join ' ' }
    $rest = @($Said | Where-Object -FilterScript { $_ -and $_ -notmatch '^\d*%' })
    return $rest[-2..-1] -join ' '
}

# The number of the first line of an answer that is looked for; -1 where there is none.
function Find-VBoxLine {
    [CmdletBinding()]
    [OutputType([int])]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][AllowEmptyString()][string[]]$Answer,
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][object[]]$Pattern
    )
    for ($number = 0; $number -lt $Answer.Count; $number++) {
        $line = ConvertTo-EvenLine -Line $Answer[$number]
        foreach ($each in $Pattern) {
            if ($each.Kind -eq 'is') {
                if ([string]::Equals($line, $each.Begin, [StringComparison]::Ordinal)) { return $number }
            }
            elseif ($line.Length -ge $each.Begin.Length + $each.End.Length -and
                $line.StartsWith($each.Begin, [StringComparison]::Ordinal) -and
                $line.EndsWith($each.End, [StringComparison]::Ordinal)) { return $number }
        }
    }
    return -1
}

# What follows a beginning in a line.
function Get-VBoxRest {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][AllowEmptyString()][string[]]$Answer,
        [Parameter(Mandatory = $true)][string]$After,
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][object[]]$Pattern
    )
    $lines = @($Answer | ForEach-Object -Process { ConvertTo-EvenLine -Line $_ })
    if ($Pattern.Count -gt 0) {
        $found = Find-VBoxLine -Answer $Answer -Pattern $Pattern
        if ($found -lt 0) { return '' }
        $lines = @($lines[0..$found])
        [array]::Reverse($lines)
    }
    foreach ($line in $lines) {
        if ($line.StartsWith($After, [StringComparison]::Ordinal)) { return $line.Substring($After.Length).TrimStart(' ') }
    }
    return ''
}

<#
.SYNOPSIS
Runs VBoxManage as a list of instructions says.
.PARAMETER Json
The instructions: pairs of operation and value.
.PARAMETER Program
VBoxManage of this host.
.OUTPUTS
How many steps there were, and the names of those for which VBoxManage was called. Throws where one fails, with the name of the step.
#>
function Invoke-VBoxInstruction {
    [CmdletBinding(SupportsShouldProcess = $true)]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory = $true)][string]$Json,
        [Parameter(Mandatory = $true)][string]$Program
    )
    $ErrorActionPreference = 'Stop'
    $instructions = ConvertFrom-Json -InputObject $Json
    $substitute = [string][char]0x1a
    $captured = ''
    $what = 'start'
    $steps = 0
    $skipped = $false
    $settled = ''
    $ran = [System.Collections.Generic.List[string]]::new()
    $words = [System.Collections.Generic.List[string]]::new()
    $patterns = [System.Collections.Generic.List[object]]::new()
    $asked = $null
    $answer = @()
    $out = @()

    foreach ($instruction in $instructions) {
        $operation = [string]$instruction[0]
        $value = ([string]$instruction[1]).Replace($substitute, $captured)
        if ($skipped -and $operation -ne 'step' -and $operation -ne 'end') { continue }
        if ($operation -eq 'word') { $words.Add($value); continue }
        if ($operation -eq 'is') {
            $patterns.Add([pscustomobject]@{ Kind = $operation; Begin = (ConvertTo-EvenLine -Line $value); End = '' })
            continue
        }
        if ($operation -eq 'starts') {
            # A blank at its end is looked for.
            $patterns.Add([pscustomobject]@{ Kind = $operation; Begin = ([regex]::Replace($value, '[ \t\r]+', ' ')); End = '' })
            continue
        }
        if ($operation -eq 'ends') { $patterns[$patterns.Count - 1].End = (ConvertTo-EvenLine -Line $value); continue }

        $deadline = 0
        $verdict = $value
        $text = ''
        if ($operation -eq 'must') { $verdict, $text = $value -split ' ', 2 }
        if ($operation -eq 'await') {
            $seconds, $verdict = $value -split ' ', 2
            $deadline = [int]$seconds
        }
        $holds = $false
        $gathered = $words.ToArray()
        $wanted = $patterns.ToArray()
        if ('when', 'must', 'settled', 'await', 'read' -contains $operation) {
            $question = $gathered -join [string][char]0x1f
            for ($try = 0; ; $try++) {
                if ($question -cne $asked) {
                    $result = Invoke-VBoxManage -Program $Program -Word $gathered
                    if ($result.Code -ne 0) {
                        throw "${what}: VBoxManage $($gathered[0]) does not answer: $(Get-VBoxError -Said $result.Said)"
                    }
                    $asked = $question
                    $answer = $result.Out
                }
                if ($operation -eq 'read') { break }
                $found = (Find-VBoxLine -Answer $answer -Pattern $wanted) -ge 0
                $holds = $found -eq ($verdict -eq 'has')
                if ($operation -ne 'await' -or $holds) { break }
                if ($try -ge $deadline) { throw "${what}: not done within $deadline s" }
                Start-Sleep -Seconds 1
                $asked = $null
            }
        }
        switch ($operation) {
            'step' { $what = $value; $steps++; $skipped = $false; $settled = '' }
            'when' { if (-not $holds) { $skipped = $true } }
            'must' { if (-not $holds) { throw "${what}: $text" } }
            'settled' { if (-not $holds) { $settled = 'no' } elseif ($settled -eq '') { $settled = 'yes' } }
            'await' { }
            'read' { $captured = Get-VBoxRest -Answer $answer -After $value -Pattern $wanted }
            'run' {
                if ($settled -eq 'yes') { $skipped = $true }
                elseif ($PSCmdlet.ShouldProcess($what, 'VBoxManage')) {
                    $result = Invoke-VBoxManage -Program $Program -Word $gathered
                    if ($result.Code -ne 0) { throw "${what}: $(Get-VBoxError -Said $result.Said)" }
                    $out = $result.Out
                    $asked = $null
                    $ran.Add($what)
                }
                else { $skipped = $true }
            }
            'take' {
                $captured = ''
                foreach ($line in $out) {
                    $first = $line.IndexOf($value, [StringComparison]::Ordinal)
                    $last = $line.LastIndexOf($value, [StringComparison]::Ordinal)
                    if ($first -ge 0 -and $last -gt $first) { $captured = $line.Substring($first + 1, $last - $first - 1); break }
                }
                if ($captured -eq '') { throw "${what}: VBoxManage did not tell the name of what it made" }
            }
            'end' { return [pscustomobject]@{ steps = $steps; ran = $ran.ToArray() } }
            default { throw "${what}: unknown instruction $operation" }
        }
        $words.Clear()
        $patterns.Clear()
    }
    throw "${what}: the list of steps was cut off"
}

Export-ModuleMember -Function Invoke-VBoxInstruction
