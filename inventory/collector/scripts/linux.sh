# Linux: sh, bash, dash or busybox; nothing is installed and nothing is sent.
LC_ALL=C
export LC_ALL
here=$(dirname "$0")
# Another machine's files, for a test of this file.
root=${LABSHARE_ROOT-}
file=$here/labshare-readings.txt

have() { command -v "$1" >/dev/null 2>&1; }
say() { printf '%b\n' "$1"; }
# What goes into the text is plain ASCII on one line without the mark between fields.
clean() { tr '|\t\r\n' '    ' | tr -cd '\040-\176' | tr -s ' ' | sed 's/^ //; s/ $//' | cut -c1-120; }
first_line() { [ -r "$root$1" ] && head -n 1 "$root$1" 2>/dev/null | clean; }
dmi() { first_line "/sys/class/dmi/id/$1"; }

if have sha256sum; then sha256() { sha256sum | cut -c1-64; }
elif have shasum; then sha256() { shasum -a 256 | cut -c1-64; }
elif have openssl; then sha256() { openssl dgst -sha256 -r | cut -c1-64; }
elif have busybox; then sha256() { busybox sha256sum | cut -c1-64; }
else say '@SAY_NO_HASH@'; exit 1; fi

# RFC 2104: H(K xor opad, H(K xor ipad, text)); both pads come ready with this file.
octal() {
  left=$1
  while [ -n "$left" ]; do
    rest=${left#??}
    printf '\\0%03o' "0x${left%"$rest"}"
    left=$rest
  done
}
sign() {
  inner=$({ printf '%b' '@INNER_PAD@'; cat; } | sha256)
  { printf '%b' '@OUTER_PAD@'; printf '%b' "$(octal "$inner")"; } | sha256
}

disk_serial() {
  found=$(first_line "/sys/block/$1/device/serial")
  if [ -z "$found" ]; then
    number=$(first_line "/sys/block/$1/dev")
    found=$(sed -n 's/^E:ID_SERIAL_SHORT=//p' "$root/run/udev/data/b$number" 2>/dev/null | clean)
  fi
  # Four bytes of head come before the serial number on this page (SPC-5, unit serial number).
  if [ -z "$found" ] && [ -r "$root/sys/block/$1/device/vpd_pg80" ]; then
    found=$(tail -c +5 "$root/sys/block/$1/device/vpd_pg80" 2>/dev/null | tr -d '\000' | clean)
  fi
  printf '%s' "$found"
}
# Prints "source|value as the source writes it"; the server reads the value.
power_on() {
  value=
  if have smartctl; then
    value=$(smartctl -A "/dev/$1" 2>/dev/null | awk '
      $1 == 9 && $2 ~ /^Power_On/ { print $10; exit }
      /^Power On Hours:/ { sub(/^[^:]*: */, ""); print; exit }
      /^Accumulated power on time, hours:minutes/ { print $NF; exit }
      /number of hours powered up/ { print $NF; exit }' | clean)
    [ -n "$value" ] && { printf 'smartctl|%s' "$value"; return; }
  fi
  case $1 in nvme*)
    if have nvme; then
      value=$(nvme smart-log "/dev/$1" 2>/dev/null | sed -n 's/^power_on_hours[^:]*: *//p' | clean)
      [ -n "$value" ] && { printf 'nvme|%s' "$value"; return; }
    fi ;;
  esac
  if have udisksctl && [ -n "$2" ]; then
    value=$(udisksctl dump 2>/dev/null | awk -v serial="$2" '
      /^\// { if (mine && hours != "") exit; mine = 0; hours = "" }
      $1 == "Serial:" && $2 == serial { mine = 1 }
      $1 == "SmartPowerOnSeconds:" { hours = $2 "s" }
      $1 == "SmartPowerOnHours:" { hours = $2 }
      END { if (mine && hours != "" && hours != "0s" && hours != "0") print hours }' | clean)
    [ -n "$value" ] && { printf 'udisks|%s' "$value"; return; }
  fi
  printf -- '-|'
}
disks() {
  for block in "$root"/sys/block/*; do
    name=${block##*/}
    case $name in sd[a-z]*|hd[a-z]|nvme[0-9]*n[0-9]*|vd[a-z]*|mmcblk[0-9]|mmcblk[0-9][0-9]) ;; *) continue ;; esac
    # The stick itself, card readers, and whatever else can be pulled out.
    case $(readlink -f "$block") in */usb[0-9]*) continue ;; esac
    [ "$(first_line "/sys/block/$name/removable")" = 1 ] && continue
    serial=$(disk_serial "$name")
    model=$(first_line "/sys/block/$name/device/model")
    sectors=$(first_line "/sys/block/$name/size")
    printf 'disk|%s|%s|%s|%s\n' "$serial" "$model" "$((${sectors:-0} * 512))" "$(power_on "$name" "$serial")"
  done
}

if [ -z "$root" ] && [ "$(id -u)" != 0 ]; then say '@SAY_NOT_ROOT@'; fi
tag=${1-}
if [ -z "$tag" ] && [ -t 0 ]; then
  printf '%b ' '@SAY_TAG@'
  read -r tag
fi
processor=$(sed -n 's/^[Mm]odel [Nn]ame[^:]*: *//p; s/^cpu model[^:]*: *//p; s/^Hardware[^:]*: *//p' \
  "$root/proc/cpuinfo" 2>/dev/null | head -n 1 | clean)
memory=$(sed -n 's/^MemTotal: *\([0-9]*\) kB.*/\1/p' "$root/proc/meminfo" 2>/dev/null)
system=$(sed -n 's/^PRETTY_NAME="*\([^"]*\)"*$/\1/p' "$root/etc/os-release" 2>/dev/null | clean)
text=$(
  echo 'labshare-collect 1'
  echo 'key @KEY_ID@'
  echo "clock $(date -u +%Y-%m-%dT%H:%M:%SZ)"
  echo "system $(echo "Linux $system" | clean)"
  echo "tag $(echo "$tag" | clean)"
  echo "maker $(dmi sys_vendor)"
  echo "model $(dmi product_name)"
  echo "serial $(dmi product_serial)"
  echo "uuid $(dmi product_uuid)"
  echo "processor $processor"
  echo "memory $((${memory:-0} / 1024))"
  disks
)
# No space at the end of a line: chat programs and mail take them away.
text=$(printf '%s\n' "$text" | sed 's/ *$//')
signature=$(printf '%s\n' "$text" | sign)
if printf '%s\nsignature %s\n\n' "$text" "$signature" >>"$file"; then
  printf '%s\n' "$text" | grep '^serial \|^disk|' | cut -c1-100
  say '@SAY_DONE@'
else
  say '@SAY_NOT_WRITTEN@'
  exit 1
fi
exit 0
