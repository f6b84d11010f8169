# A virtual machine whose kernel has tunnel drivers: made of Debian's packages, started, told what to
# do line by line, ended. Sourced by kernel.sh.

# Unpacked packages stay here from one run to the next.
cache=${CULVERT_VM_CACHE:-/var/tmp/culvert-vm}
vm_memory=1536

# What this machine cannot do is no failure of Culvert's.
leave_out() { printf '\nSKIPPED: %s\n' "$*"; exit 77; }

need_vm_packages() {
  local missing=() pair image
  for pair in qemu-system-x86_64:qemu-system-x86 cpio:cpio; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  if [ ${#missing[@]} = 0 ] && [ -f "$cache/complete" ]; then return 0; fi
  apt-get update -qq >/dev/null || true
  if [ ${#missing[@]} -gt 0 ]; then
    tell "installing ${missing[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 \
      --no-install-recommends "${missing[@]}" >/dev/null \
      || leave_out "could not install: ${missing[*]}"
  fi
  image=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ {print $2}')
  [ -n "$image" ] || leave_out "there is no package linux-image-cloud-amd64"
  rm -rf "$cache"
  mkdir -p "$cache/packages" "$cache/root"
  tell "downloading busybox-static and $image"
  (cd "$cache/packages" && apt-get download -qq busybox-static "$image" >/dev/null 2>&1) \
    || leave_out "could not download busybox-static and $image"
  for package in "$cache"/packages/*.deb; do dpkg -x "$package" "$cache/root"; done
  rm -rf "$cache/packages"
  touch "$cache/complete"
}

# build_vm: the file system of the machine, all of it in its memory.
build_vm() {
  root=$work/root
  version=$(ls "$cache/root/lib/modules" | sort -V | tail -1)
  mkdir -p "$root"/{proc,sys,dev,run,tmp,etc,root,jvm,usr/bin,usr/sbin,usr/lib,usr/lib64}
  local directory
  for directory in bin sbin lib lib64; do ln -s "usr/$directory" "$root/$directory"; done
  mkdir -p "$root/lib/modules/$version/kernel/drivers/net"
  local modules=$cache/root/lib/modules/$version part
  cp "$modules"/modules.{order,builtin,builtin.modinfo} "$root/lib/modules/$version"
  for part in net lib crypto drivers/virtio; do
    mkdir -p "$root/lib/modules/$version/kernel/$part"
    cp -a "$modules/kernel/$part/." "$root/lib/modules/$version/kernel/$part"
  done
  cp "$modules"/kernel/drivers/net/{tun,virtio_net,net_failover}.ko \
    "$root/lib/modules/$version/kernel/drivers/net"
  cp "$cache/root/bin/busybox" "$root/bin/busybox"
  "$root/bin/busybox" depmod -b "$root" "$version"
  ln -s ../bin/busybox "$root/sbin/modprobe"
  chroot "$root" /bin/busybox --install -s /bin
  vm_program "$(command -v ip)" /sbin/ip
  vm_program "$(command -v nft)" /sbin/nft
  vm_java
  printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\n' >"$root/etc/group"
  printf '127.0.0.1 localhost vm %s\n' "$(hostname)" >"$root/etc/hosts"
  vm_init >"$root/init"
  chmod 755 "$root/init"
}

# vm_program FILE PLACE: a program with the libraries that it names.
vm_program() {
  cp -L "$1" "$root$2"
  vm_libraries "$1"
}

vm_libraries() {
  local library
  ldd "$@" 2>/dev/null | awk '$3 ~ /^\// {print $3} $1 ~ /^\// && $2 ~ /^\(/ {print $1}' | sort -u \
    | while read -r library; do
      mkdir -p "$root$(dirname "$library")"
      [ -e "$root$library" ] || cp -L "$library" "$root$library"
    done
}

# The Java runtime that runs this build, without what only compilers need.
vm_java() {
  local java_home; java_home=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
  cp -rL "$java_home/bin" "$java_home/conf" "$root/jvm" 2>/dev/null || true
  mkdir -p "$root/jvm/lib"
  (cd "$java_home/lib" && find -L . -name src.zip -prune -o -type f -print 2>/dev/null \
    | cpio -pdumL --quiet "$root/jvm/lib" 2>/dev/null) || true
  vm_libraries "$root"/jvm/bin/java "$root"/jvm/lib/lib{java,net,nio,zip,management,prefs}.so \
    "$root"/jvm/lib/server/*.so
  # Parts of the C library that native code inside jars was linked against.
  local directory part
  directory=$(dirname "$(ldd "$root/jvm/bin/java" | awk '$1 == "libc.so.6" {print $3}')")
  for part in libpthread.so.0 libdl.so.2 librt.so.1; do
    [ ! -e "$directory/$part" ] || cp -L "$directory/$part" "$root$directory/"
  done
}

# The machine's first and only program besides what it is told to run.
vm_init() {
  cat <<'INIT'
#!/bin/busybox sh
export PATH=/sbin:/bin:/jvm/bin JAVA_HOME=/jvm HOME=/root
# This shell would take its own.
ip() { /sbin/ip "$@"; }
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in virtio_pci virtio_net tun; do modprobe $module; done
hostname vm
ip link set lo up
stty -F /dev/ttyS1 raw -echo
exec </dev/ttyS1 >/dev/ttyS1 2>&1
echo "@@ 0"
while read -r line; do
  eval "$line"
  echo "@@ $?"
done
poweroff -f
INIT
}

# start_vm NAMESPACE TAP: boots it with its network card on a TAP device there.
start_vm() {
  (cd "$root" && find . | cpio -o -H newc --quiet) >"$work/initramfs"
  mkfifo "$work/vm.in" "$work/vm.out"
  exec 7<>"$work/vm.in" 8<>"$work/vm.out"
  ip netns exec "$1" qemu-system-x86_64 -machine q35 -accel "${CULVERT_VM_ACCEL:-tcg}" -cpu max -smp 2 -m "$vm_memory" \
    -nodefaults -nographic -no-reboot \
    -kernel "$cache/root/boot/vmlinuz-$version" -initrd "$work/initramfs" \
    -append "console=ttyS0 quiet panic=1 mitigations=off" \
    -serial "file:$work/vm.console" -serial "pipe:$work/vm" \
    -netdev "tap,id=net,ifname=$2,script=no,downscript=no" -device virtio-net-pci,netdev=net \
    >"$work/vm.log" 2>&1 7>&- 8>&- &
  vm_pid=$!
  local begin; begin=$(date +%s%N)
  vm_answer 180 || fail "the machine does not boot: $(tail -3 "$work/vm.console" "$work/vm.log")"
  tell "Linux $version booted in $((($(date +%s%N) - begin) / 1000000)) ms"
}

# vm COMMAND: runs one line of shell in the machine, prints what it prints, returns its status.
vm() {
  printf '%s\n' "$1" >&7
  vm_answer "${2:-180}"
}

vm_answer() { # SECONDS
  local line
  while IFS= read -r -t "$1" line <&8; do
    case $line in
      '@@ '*) return "${line#@@ }" ;;
      *) printf '%s\n' "$line" ;;
    esac
  done
  fail "the machine does not answer: $(tail -3 "$work/vm.console")"
}

stop_vm() {
  [ -n "${vm_pid:-}" ] || return 0
  kill "$vm_pid" 2>/dev/null || true
  wait "$vm_pid" 2>/dev/null || true
  vm_pid=
}
