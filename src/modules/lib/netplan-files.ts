/**
 * Prints `INTERFACE ADDRESS/PREFIX required|optional` for each static IPv4 address in what netplan has generated,
 * for networkd or for NetworkManager. Interfaces that are matched by something else than a plain name are left out.
 */
export const generatedAddresses = String.raw`generated_addresses() {
  for generated in /run/systemd/network/*netplan*.network /run/NetworkManager/system-connections/netplan-*; do
    [ ! -f "$generated" ] || awk -F= '
      /^\[/ { section = $0; next }
      { value = substr($0, length($1) + 2) }
      (section == "[Match]" && $1 == "Name") || (section == "[connection]" && $1 == "interface-name") { name = value }
      $1 == "RequiredForOnline" && value == "no" { need = "optional" }
      $1 == "Address" || (section == "[ipv4]" && $1 ~ /^address[0-9]*$/) { sub(/,.*/, "", value); all[++count] = value }
      END { if (name ~ /^[A-Za-z0-9._-]+$/) for (i = 1; i <= count; i++) if (all[i] !~ /:/) print name, all[i], need ? need : "required" }
    ' "$generated"
  done
}`;

/** Where a change is made ready, and where it says that it has not been finished; gone after a reboot, which applies the files. */
export const netplanWork = '/run/homerun-netplan';

/** A file that exists as long as what is in /etc/netplan has not been applied. */
export const netplanPending = `${netplanWork}/pending`;
