# For Pester 5 on Windows; nothing of the machine is changed.
BeforeAll -Scriptblock {
  Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Classlab.Host.psd1') -Force
}

Describe -Name 'the module' -Fixture {
  It -Name 'exports what its manifest lists' -Test {
    $module = Get-Module -Name 'Classlab.Host'
    $module.ExportedFunctions.Keys.Count | Should -Be -ExpectedValue 5
  }
}

Describe -Name 'the record' -Fixture {
  BeforeEach -Scriptblock {
    InModuleScope -ModuleName 'Classlab.Host' -Parameters @{ Place = "$TestDrive" } -ScriptBlock {
      $script:Folder = Join-Path -Path $Place -ChildPath ([Guid]::NewGuid().ToString('n'))
      $script:RecordFile = Join-Path -Path $script:Folder -ChildPath 'enrolment.json'
    }
  }

  It -Name 'keeps what was before the first run, in the order of the changes' -Test {
    InModuleScope -ModuleName 'Classlab.Host' -ScriptBlock {
      Set-Noted -Kind 'user' -Name 'classlab' -Before 'absent'
      Set-Noted -Kind 'rules' -Name 'classlab' -Before 'absent'
      Set-Noted -Kind 'user' -Name 'classlab' -Before 'present'
      $changes = @(Read-Record)
      $changes.Count | Should -Be -ExpectedValue 2
      "$($changes[0].kind) $($changes[0].before)" | Should -Be -ExpectedValue 'user absent'
    }
  }

  It -Name 'is not written with -WhatIf' -Test {
    InModuleScope -ModuleName 'Classlab.Host' -ScriptBlock {
      Set-Noted -Kind 'user' -Name 'classlab' -Before 'absent' -WhatIf
      Test-Path -LiteralPath $RecordFile | Should -BeFalse
    }
  }

  It -Name 'keeps what could not be put back, and tells it' -Test {
    Mock -CommandName 'Assert-Administrator' -ModuleName 'Classlab.Host' -MockWith { $null }
    Mock -CommandName 'Get-LocalUser' -ModuleName 'Classlab.Host' -MockWith { throw 'no answer' }
    InModuleScope -ModuleName 'Classlab.Host' -ScriptBlock {
      Set-Noted -Kind 'user' -Name 'classlab' -Before 'absent'
      $answer = Invoke-ClasslabFunction -Function 'Remove-ClasslabEnrolment' -Data ([pscustomobject]@{})
      $answer.fault.code | Should -Be -ExpectedValue 'release-incomplete'
      @(Read-Record).Count | Should -Be -ExpectedValue 1
    }
  }
}

Describe -Name 'a file of the stick' -Fixture {
  It -Name 'of another checksum is not started' -Test {
    InModuleScope -ModuleName 'Classlab.Host' -Parameters @{ Place = "$TestDrive" } -ScriptBlock {
      [IO.File]::WriteAllText((Join-Path -Path $Place -ChildPath 'setup.exe'), 'other')
      $package = [pscustomobject]@{ file = 'setup.exe'; sha256 = 'abc' }
      { Get-Package -Bundle $Place -Package $package } | Should -Throw
    }
  }
}

Describe -Name 'the Extension Pack' -Fixture {
  It -Name 'is refused without its licence, or for commercial use' -Test {
    InModuleScope -ModuleName 'Classlab.Host' -ScriptBlock {
      $package = [pscustomobject]@{ file = 'pack'; sha256 = 'abc'; accepted = 'PUEL'; basis = 'commercial'; licence = 'abc' }
      { Set-ExtensionPack -Bundle 'C:\' -Package $package } | Should -Throw
    }
  }
}

Describe -Name 'the turn of a hypervisor' -Fixture {
  It -Name 'is noted with what was set before, and not given with -WhatIf' -Test {
    Mock -CommandName 'Assert-Administrator' -ModuleName 'Classlab.Host' -MockWith { $null }
    Mock -CommandName 'Get-LaunchType' -ModuleName 'Classlab.Host' -MockWith { 'Auto' }
    Mock -CommandName 'Set-LaunchType' -ModuleName 'Classlab.Host' -MockWith { $null }
    InModuleScope -ModuleName 'Classlab.Host' -Parameters @{ Place = "$TestDrive" } -ScriptBlock {
      $script:Folder = Join-Path -Path $Place -ChildPath ([Guid]::NewGuid().ToString('n'))
      $script:RecordFile = Join-Path -Path $script:Folder -ChildPath 'enrolment.json'
      $null = Set-ClasslabTurn -To 'virtualbox' -WhatIf
      Test-Path -LiteralPath $RecordFile | Should -BeFalse
      $null = Set-ClasslabTurn -To 'virtualbox'
      "$(@(Read-Record)[0].before)" | Should -Be -ExpectedValue 'Auto'
    }
    Should -Invoke -CommandName 'Set-LaunchType' -ModuleName 'Classlab.Host' -Times 1 -Exactly
  }
}
