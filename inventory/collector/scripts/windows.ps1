$ErrorActionPreference = 'SilentlyContinue'
function Say($text) { Write-Host ([regex]::Unescape($text)) }
function Clean($value) {
  $text = ([string]$value) -replace '[^\x20-\x7e]', ' ' -replace '\|', ' ' -replace ' +', ' '
  $text = $text.Trim()
  if ($text.Length -gt 120) { $text = $text.Substring(0, 120).Trim() }
  $text
}
$file = $env:LABSHARE_FILE
$tag = $env:LABSHARE_TAG
$me = New-Object Security.Principal.WindowsPrincipal ([Security.Principal.WindowsIdentity]::GetCurrent())
$isAdmin = $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
if (-not $isAdmin -and -not $env:LABSHARE_AGAIN) {
  # Power-on hours are for administrators alone. Where that is refused the rest is read.
  try {
    # cmd takes away the first and the last of more than two quotes (cmd /?).
    $arguments = '/d /c ""' + $file + '" "' + ($tag -replace '[^A-Za-z0-9-]', '') + '" again"'
    Start-Process -FilePath $env:ComSpec -ArgumentList $arguments -Verb RunAs -ErrorAction Stop
    return
  } catch { Say '@SAY_NOT_ROOT@' }
}
if (-not $tag) {
  Say '@SAY_TAG@'
  $tag = [Console]::ReadLine()
}

function PowerOn($disk) {
  $name = [string]$disk.PNPDeviceID
  foreach ($data in @(Get-WmiObject -Namespace 'root\wmi' -Class MSStorageDriver_FailurePredictData)) {
    if ($data -and ([string]$data.InstanceName).StartsWith($name, [StringComparison]::OrdinalIgnoreCase)) {
      $bytes = @($data.VendorSpecific)
      if ($bytes.Count -ge 362) {
        $hex = New-Object Text.StringBuilder
        # The 30 attributes as they are: the server reads the one of power-on hours.
        for ($i = 0; $i -lt 362; $i++) { [void]$hex.Append(([int]$bytes[$i]).ToString('x2')) }
        return 'smart|' + $hex.ToString()
      }
    }
  }
  if (Get-Command Get-StorageReliabilityCounter) {
    $index = [string]$disk.Index
    $counter = Get-PhysicalDisk | Where-Object { [string]$_.DeviceId -eq $index } | Get-StorageReliabilityCounter
    if ($counter -and $counter.PowerOnHours) { return 'reliability|' + [string]$counter.PowerOnHours }
  }
  '-|'
}
function DiskSerial($disk) {
  # Of an NVMe disk, Windows has the number of the disk itself beside the identifier of its space.
  $index = [string]$disk.Index
  $of = Get-WmiObject -Namespace 'root\Microsoft\Windows\Storage' -Class MSFT_PhysicalDisk |
    Where-Object { [string]$_.DeviceId -eq $index }
  if ($of -and $of.AdapterSerialNumber) { return Clean $of.AdapterSerialNumber }
  if ($disk.SerialNumber) { return Clean $disk.SerialNumber }
  $media = Get-WmiObject -Class Win32_PhysicalMedia | Where-Object { $_.Tag -eq $disk.DeviceID }
  if ($media) { return Clean $media.SerialNumber }
  ''
}

$product = Get-WmiObject -Class Win32_ComputerSystemProduct
$computer = Get-WmiObject -Class Win32_ComputerSystem
$bios = Get-WmiObject -Class Win32_BIOS
$system = Get-WmiObject -Class Win32_OperatingSystem
$processor = @(Get-WmiObject -Class Win32_Processor)[0]
$serial = $bios.SerialNumber
if (-not $serial) { $serial = $product.IdentifyingNumber }
$now = [DateTime]::UtcNow.ToString('yyyy-MM-dd\THH\:mm\:ss\Z', [Globalization.CultureInfo]::InvariantCulture)
$lines = @(
  'labshare-collect 1',
  'key @KEY_ID@',
  ('clock ' + $now),
  ('system ' + (Clean ('Windows ' + $system.Version + ' ' + $system.Caption))),
  ('tag ' + (Clean $tag)),
  ('maker ' + (Clean $product.Vendor)),
  ('model ' + (Clean $product.Name)),
  ('serial ' + (Clean $serial)),
  ('uuid ' + (Clean $product.UUID)),
  ('processor ' + (Clean $processor.Name)),
  ('memory ' + [string][Math]::Floor([double]$computer.TotalPhysicalMemory / 1MB))
)
foreach ($disk in @(Get-WmiObject -Class Win32_DiskDrive | Sort-Object Index)) {
  if (-not $disk -or $disk.InterfaceType -eq 'USB') { continue }
  if ($disk.MediaType -and -not ([string]$disk.MediaType).StartsWith('Fixed')) { continue }
  $lines += 'disk|' + (DiskSerial $disk) + '|' + (Clean $disk.Model) + '|' + [string]$disk.Size + '|' + (PowerOn $disk)
}
# No space at the end of a line: chat programs and mail take them away.
$lines = @($lines | ForEach-Object { $_.TrimEnd() })
$text = ($lines -join "`n") + "`n"
$bytes = [Text.Encoding]::ASCII.GetBytes($text)
$key = New-Object byte[] 32
for ($i = 0; $i -lt 32; $i++) { $key[$i] = [Convert]::ToByte('@KEY_HEX@'.Substring(2 * $i, 2), 16) }
$hmac = New-Object Security.Cryptography.HMACSHA256 (,$key)
$signature = [BitConverter]::ToString($hmac.ComputeHash($bytes)).Replace('-', '').ToLower()
$out = Join-Path ([IO.Path]::GetDirectoryName($file)) 'labshare-readings.txt'
try {
  [IO.File]::AppendAllText($out, $text + 'signature ' + $signature + "`n`n", [Text.Encoding]::ASCII)
  $lines | Where-Object { $_ -like 'serial *' -or $_ -like 'disk|*' } | ForEach-Object { $_.Substring(0, [Math]::Min(100, $_.Length)) }
  Say '@SAY_DONE@'
} catch { Say '@SAY_NOT_WRITTEN@' }
Say '@SAY_CLOSE@'
[void][Console]::ReadLine()
