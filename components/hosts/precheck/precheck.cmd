@echo off
rem Asks for the seat and starts Precheck.ps1, which is beside this file. Changes nothing on the PC.
set "SEAT="
set /p "SEAT=Seat (such as A-01; empty: none): "
if defined SEAT set "SEAT=%SEAT:"=%"
powershell.exe -NoLogo -NoProfile -ExecutionPolicy Bypass -File "%~dp0Precheck.ps1" -Seat "%SEAT%"
pause
