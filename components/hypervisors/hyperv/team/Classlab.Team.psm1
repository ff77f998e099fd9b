# Goes through what one team's stick says, call by call, by the module Classlab.HyperV beside it. For Windows PowerShell 5.1.
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

# One call of the module; gives its answer with the fault as a table.
function Invoke-Step {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)] [psobject]$Call)
  Invoke-ClasslabFunction -Function $Call.function -Data $Call.data -Rehearse $false
}

# Makes what the document says in its order, or removes it in the other one, and gives what was done. Making ends with the first fault; removing
# goes on, and tells the first.
function Invoke-ClasslabTeam {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [psobject]$Document,
    [Parameter(Mandatory = $true)] [ValidateSet('make', 'remove')] [string]$Verb
  )
  $steps = @()
  $fault = $null
  if ($Verb -eq 'make') {
    $answer = Invoke-ClasslabFunction -Function 'Enable-ClasslabHyperV' -Data ([pscustomobject]@{}) -Rehearse $false
    if (-not $answer.ok) { return @{ ok = $false; steps = $steps; fault = $answer.fault; rebootNeeded = $false } }
    if ($answer.value.rebootNeeded) { return @{ ok = $true; steps = $steps; rebootNeeded = $true } }
    foreach ($step in $Document.steps) {
      $answer = Invoke-Step -Call $step.apply
      $steps += @{ name = $step.name; function = $step.apply.function; ok = $answer.ok }
      if (-not $answer.ok) { return @{ ok = $false; steps = $steps; fault = $answer.fault; rebootNeeded = $false } }
    }
    return @{ ok = $true; steps = $steps; rebootNeeded = $false }
  }
  $known = @($Document.steps)
  for ($at = $known.Count - 1; $at -ge 0; $at -= 1) {
    $step = $known[$at]
    if ($null -eq $step.PSObject.Properties['remove']) { continue }
    $answer = Invoke-Step -Call $step.remove
    $steps += @{ name = $step.name; function = $step.remove.function; ok = $answer.ok }
    if (-not $answer.ok -and $null -eq $fault) { $fault = $answer.fault }
  }
  if ($null -ne $fault) { return @{ ok = $false; steps = $steps; fault = $fault; rebootNeeded = $false } }
  @{ ok = $true; steps = $steps; rebootNeeded = $false }
}

Export-ModuleMember -Function 'Invoke-ClasslabTeam'
