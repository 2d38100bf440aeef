// What an approved device may know in secret, sealed to its own key. Nothing here is logged. Called by router.ts.
import { sealDeviceSecrets } from '#app/people/device-secrets.ts'
import type { RootSecret } from '#app/people/root-secret.ts'
import { contract } from './caller.ts'
import type { Guards } from './caller.ts'

export function deviceSecretsHandlers({ root }: { root: RootSecret }, { known }: Guards) {
  return {
    secrets: contract.devices.secrets
      .use(known)
      .handler(async ({ context: { device } }) => ({ sealed: await sealDeviceSecrets(root, device) })),
  }
}
