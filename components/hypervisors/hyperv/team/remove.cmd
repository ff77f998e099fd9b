@echo off
rem Starts Team.ps1, which is beside this file, as an administrator: Windows asks for one. Its window stays open.
powershell.exe -NoLogo -NoProfile -Command "Start-Process -FilePath cmd.exe -Verb RunAs -ArgumentList '/k powershell.exe -NoLogo -NoProfile -ExecutionPolicy Bypass -File \"%~dp0Team.ps1\" -Verb remove'"
