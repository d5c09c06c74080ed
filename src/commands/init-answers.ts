/** What `homerun init` asks for: names for `--answer`, in the order of the questions. */
export const ANSWERS = [
  ...['modem', 'gateway', 'pi', 'nas', 'inside', 'server', 'server_network', 'server_gateway'],
  ...['pi_user', 'nas_user', 'server_user', 'owner', 'owner_keys', 'time_zone'],
  ...['vpn', 'devices', 'kill_switch', 'ports'],
  ...['services', 'vscode_archive', 'vscode_checksum', 'screen', 'backup'],
] as const;
