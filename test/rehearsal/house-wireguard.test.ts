import { proveHouse } from './house-proof.ts';

await proveHouse({ vpn: 'wireguard', suite: process.env['HOMERUN_SUITE'] ?? 'trixie' });
