import { proveHouse } from './house-proof.ts';

await proveHouse({ vpn: 'openvpn', suite: process.env['HOMERUN_SUITE'] ?? 'bookworm' });
