@echo off
rem kafkadog: builds itself when a source file is newer than the last build, then runs.
setlocal
set "here=%~dp0"
set "dist=%here%dist"
set "current="
if exist "%dist%\current" set /p current=<"%dist%\current"

powershell -NoProfile -ExecutionPolicy Bypass -Command ^
  "$stamp = Get-Item -ErrorAction SilentlyContinue '%dist%\current';" ^
  "if (-not $stamp -or -not (Test-Path '%dist%\%current%\kafkadog.exe')) { exit 1 };" ^
  "$newer = Get-ChildItem -Recurse '%here%src' | Where-Object { $_.LastWriteTimeUtc -gt $stamp.LastWriteTimeUtc } | Select-Object -First 1;" ^
  "$props = Get-Item '%here%Directory.*.props', '%here%global.json' | Where-Object { $_.LastWriteTimeUtc -gt $stamp.LastWriteTimeUtc };" ^
  "if ($newer -or $props) { exit 1 }"
if not errorlevel 1 goto run

dotnet --list-sdks 2>nul | findstr /b "10." >nul
if errorlevel 1 (
  echo kafkadog: the .NET 10 SDK is missing. 1>&2
  echo   next: install it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this command again. 1>&2
  exit /b 69
)
set "current=%RANDOM%-%RANDOM%"
if not exist "%dist%" mkdir "%dist%"
type nul > "%dist%\began"
echo kafkadog: building ... 1>&2
dotnet publish "%here%src\Kafkadog" -c Release -o "%dist%\%current%" -p:PublishForThisMachine=true -p:RunAnalyzers=false --nologo -v quiet 1>&2
if errorlevel 1 exit /b 1
<nul set /p "=%current%" > "%dist%\current"
powershell -NoProfile -Command "(Get-Item '%dist%\current').LastWriteTimeUtc = (Get-Item '%dist%\began').LastWriteTimeUtc"

:run
if not defined KAFKADOG_DATA_DIR set "KAFKADOG_DATA_DIR=%here%.kafkadog"
"%dist%\%current%\kafkadog.exe" %*
exit /b %errorlevel%
