# Finds a Python 3.11 or newer, which does the work: on_windows.py with this script's arguments.
# Windows PowerShell 5.1 or newer; setup.ps1, demo.ps1 and test.ps1 call it.
if ($env:EDGE_ASSISTANT_PYTHON) {
    $candidates = @(, @($env:EDGE_ASSISTANT_PYTHON))
} else {
    $candidates = @(@('py', '-3'), @('python'), @('python3'))
}
foreach ($candidate in $candidates) {
    $program = $candidate[0]
    $options = @($candidate | Select-Object -Skip 1)
    if (-not (Get-Command $program -ErrorAction SilentlyContinue)) { continue }
    & $program @options -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>$null
    if ($LASTEXITCODE -ne 0) { continue }
    & $program @options (Join-Path $PSScriptRoot 'on_windows.py') @args
    exit $LASTEXITCODE
}
[Console]::Error.WriteLine('Python 3.11 or newer is missing. Install it with: winget install --id Python.Python.3.13')
[Console]::Error.WriteLine('Then open a new window and run this again. EDGE_ASSISTANT_PYTHON may name another one.')
exit 2
