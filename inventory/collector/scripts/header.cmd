@echo off
set "LABSHARE_FILE=%~f0"
set "LABSHARE_TAG=%~1"
set "LABSHARE_AGAIN=%~2"
powershell -NoProfile -ExecutionPolicy Bypass -Command "$t=[IO.File]::ReadAllText($env:LABSHARE_FILE); $a=$t.IndexOf('#BEGIN'+'-WINDOWS'); $b=$t.IndexOf('#END'+'-WINDOWS'); Invoke-Expression $t.Substring($a,$b-$a)"
if errorlevel 1 pause
exit /b
