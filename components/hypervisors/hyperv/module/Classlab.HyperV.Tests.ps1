# For Pester 5 on Windows with the PowerShell module of Hyper-V; Hyper-V itself is not asked.
BeforeAll -Scriptblock {
  Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Classlab.HyperV.psd1') -Force
  $script:mark = ConvertFrom-Json -InputObject '{"classlab":"lab","classlab.id":"0123456789abcdef","classlab.stack":"lab-team-01"}'
  $script:foreign = '{"classlab":"lab","classlab.id":"fedcba9876543210","classlab.stack":"lab-team-01"}'
}

Describe -Name 'the module' -Fixture {
  It -Name 'exports what its manifest lists' -Test {
    $module = Get-Module -Name 'Classlab.HyperV'
    $module.ExportedFunctions.Keys.Count | Should -Be -ExpectedValue 25
    "$($module.Version)" | Should -Be -ExpectedValue '0.1.0'
  }
}

Describe -Name 'subnets' -Fixture {
  It -Name 'overlap where one holds the other, and else not' -Test {
    InModuleScope -ModuleName 'Classlab.HyperV' -ScriptBlock {
      Test-Overlap -First '192.168.20.0/22' -Second '192.168.23.7/24' | Should -BeTrue
      Test-Overlap -First '192.168.20.0/24' -Second '192.168.21.0/24' | Should -BeFalse
      Test-Overlap -First '10.0.0.0/8' -Second '10.255.255.255/32' | Should -BeTrue
    }
  }
}

Describe -Name 'paths' -Fixture {
  It -Name 'are beneath a folder by whole names' -Test {
    InModuleScope -ModuleName 'Classlab.HyperV' -ScriptBlock {
      Test-Beneath -Folder 'C:\lab' -Path 'c:\LAB\guest' | Should -BeTrue
      Test-Beneath -Folder 'C:\lab' -Path 'C:\lab-2\guest' | Should -BeFalse
      Test-Beneath -Folder 'C:\lab' -Path 'C:\lab\..\other' | Should -BeFalse
      Test-Beneath -Folder 'C:\lab' -Path '' | Should -BeFalse
    }
  }
}

Describe -Name 'marks' -Fixture {
  It -Name 'are read out of Notes, whatever else stands there' -Test {
    InModuleScope -ModuleName 'Classlab.HyperV' -Parameters @{ Mark = $script:mark; Foreign = $script:foreign } -ScriptBlock {
      Test-Mark -Mark $Mark -Notes (Get-MarkText -Mark $Mark) | Should -BeTrue
      Test-Mark -Mark $Mark -Notes $Foreign | Should -BeFalse
      Test-Mark -Mark $Mark -Notes '' | Should -BeFalse
      Test-Mark -Mark $Mark -Notes '{ broken' | Should -BeFalse
      Test-Mark -Mark $Mark -Notes '{}' | Should -BeFalse
    }
  }
}

Describe -Name 'a switch' -Fixture {
  BeforeEach -Scriptblock {
    Mock -CommandName 'New-VMSwitch' -ModuleName 'Classlab.HyperV' -MockWith { $null }
    Mock -CommandName 'Remove-VMSwitch' -ModuleName 'Classlab.HyperV' -MockWith { $null }
  }

  It -Name 'is made with the mark where there is none' -Test {
    Mock -CommandName 'Get-VMSwitch' -ModuleName 'Classlab.HyperV' -MockWith { $null }
    Set-ClasslabSwitch -Mark $script:mark -Name 'lab-internal' -Kind Private
    Should -Invoke -CommandName 'New-VMSwitch' -ModuleName 'Classlab.HyperV' -Times 1 -Exactly -ParameterFilter {
      $Name -eq 'lab-internal' -and $SwitchType -eq 'Private' -and $Notes -like '*0123456789abcdef*'
    }
  }

  It -Name 'is not made with -WhatIf' -Test {
    Mock -CommandName 'Get-VMSwitch' -ModuleName 'Classlab.HyperV' -MockWith { $null }
    Set-ClasslabSwitch -Mark $script:mark -Name 'lab-internal' -Kind Private -WhatIf
    Should -Invoke -CommandName 'New-VMSwitch' -ModuleName 'Classlab.HyperV' -Times 0 -Exactly
  }

  It -Name 'of somebody else is left alone' -Test {
    Mock -CommandName 'Get-VMSwitch' -ModuleName 'Classlab.HyperV' -MockWith { [pscustomobject]@{ Name = 'lab-internal'; Notes = 'mine' } }
    $data = [pscustomobject]@{ mark = $script:mark; name = 'lab-internal' }
    $answer = Invoke-ClasslabFunction -Function 'Remove-ClasslabSwitch' -Data $data
    $answer.ok | Should -BeFalse
    $answer.fault.code | Should -Be -ExpectedValue 'object-in-the-way'
    Should -Invoke -CommandName 'Remove-VMSwitch' -ModuleName 'Classlab.HyperV' -Times 0 -Exactly
  }
}

Describe -Name 'a guest' -Fixture {
  It -Name 'of somebody else is left alone' -Test {
    Mock -CommandName 'Get-VM' -ModuleName 'Classlab.HyperV' -MockWith { [pscustomobject]@{ Name = 'lab-web'; Notes = 'mine'; Path = 'D:\VMs\lab-web' } }
    Mock -CommandName 'Remove-VM' -ModuleName 'Classlab.HyperV' -MockWith { $null }
    $data = [pscustomobject]@{ mark = $script:mark; name = 'lab-web'; folder = 'C:\lab' }
    $answer = Invoke-ClasslabFunction -Function 'Remove-ClasslabGuest' -Data $data
    $answer.fault.code | Should -Be -ExpectedValue 'object-in-the-way'
    Should -Invoke -CommandName 'Remove-VM' -ModuleName 'Classlab.HyperV' -Times 0 -Exactly
  }
}

Describe -Name 'a call' -Fixture {
  It -Name 'of what the module does not have is refused' -Test {
    $unknown = 'Remove-Everything'
    { Invoke-ClasslabFunction -Function $unknown -Data $script:mark } | Should -Throw
  }

  It -Name 'with a value that a function does not have is a fault' -Test {
    $data = [pscustomobject]@{ mark = $script:mark; name = 'lab-a'; kind = 'Private'; colour = 'red' }
    $answer = Invoke-ClasslabFunction -Function 'Set-ClasslabSwitch' -Data $data
    $answer.fault.code | Should -Be -ExpectedValue 'host-command-failed'
  }
}

Describe -Name 'the channel of a guest' -Fixture {
  It -Name 'leads into a machine of the lab that runs, and into no other' -Test {
    Mock -CommandName 'Get-VM' -ModuleName 'Classlab.HyperV' -MockWith {
      [pscustomobject]@{ Name = 'lab-web'; Notes = '{"classlab":"lab","classlab.id":"0123456789abcdef"}'; State = 'Running'; Id = '01020304-0506-0708-090a-0b0c0d0e0f10' }
    }
    $own = Invoke-ClasslabFunction -Function 'Get-ClasslabChannel' -Data ([pscustomobject]@{ lab = 'lab'; guest = 'lab-web' })
    $own.value.machine | Should -Be -ExpectedValue '01020304-0506-0708-090a-0b0c0d0e0f10'
    $other = Invoke-ClasslabFunction -Function 'Get-ClasslabChannel' -Data ([pscustomobject]@{ lab = 'other'; guest = 'lab-web' })
    $other.fault.code | Should -Be -ExpectedValue 'object-in-the-way'
  }

  It -Name 'is joined by a program that this PowerShell compiles, at the address that Windows takes' -Test {
    Add-Type -Path (Join-Path -Path $PSScriptRoot -ChildPath 'Channel.cs')
    $end = [Classlab.GuestEndPoint]::new([guid]'01020304-0506-0708-090a-0b0c0d0e0f10', [guid]'000003fe-facb-11e6-bd58-64006a7986d3')
    $address = $end.Serialize()
    $bytes = @(for ($at = 0; $at -lt $address.Size; $at += 1) { '{0:x2}' -f $address[$at] })
    -join $bytes | Should -Be -ExpectedValue '220000000403020106050807090a0b0c0d0e0f10fe030000cbfae611bd5864006a7986d3'
  }
}
