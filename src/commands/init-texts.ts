/** Files of a new house that the bundled one does not have. */
export const README = `# My house

| | |
| --- | --- |
| \`inventory.yaml\` | the networks, the hosts, and what each shall be: the file to edit |
| \`secrets.yaml\` | its passwords, encrypted: \`homerun secret view secrets.yaml\`, \`homerun secret edit secrets.yaml\` |
| \`playbooks/site.yaml\` | brings all of it about, and runs the other playbooks in their order |
| \`tasks/\`, \`templates/\` | what the playbooks are made of |
| \`docs/\` | guides: what they set up, and how to live with it |

\`\`\`sh
homerun inventory --graph                # what inventory.yaml describes
homerun rehearse playbooks/site.yaml     # try it on throwaway hosts: Linux, as root
homerun trust pi nas vpn                 # look at the keys of the hosts, once
homerun plan playbooks/site.yaml         # what would change; sends no action
homerun run playbooks/site.yaml          # do it; as often as you like
homerun run playbooks/backup-health.yaml # is there a good backup of the last day?
\`\`\`

Where a host asks for passwords, add \`-k\` (to log in) or \`-K\` (for sudo). After the card of the Pi was reset:
\`homerun trust --replace pi\`, then \`homerun run playbooks/site.yaml --limit pi\`.

All of this folder may be committed. What opens \`secrets.yaml\` is not in it, but in \`~/.config/homerun/age.txt\`:
keep a copy of that file in another place. Guides: docs/guide-secrets.md, docs/guide-vpn.md, docs/guide-backup.md,
docs/guide-services.md, docs/guide-playbooks.md.
`;

export const IGNORED = `# Profiles of the tunnel have keys in them: bring them to their device, and delete them.
*.ovpn
/*.conf
# Keys that open secrets are nobody else's business.
age.txt
node_modules/
`;

export const BLOG = `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>Blog</title>
  <h1>It works</h1>
  <p>Only those on the VPN can read this.</p>
</html>
`;
