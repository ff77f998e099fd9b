import type { GuestPlan } from "../../../course/plan";
import type { Xml } from "./xml";

/**
 * Screen, pointer and clipboard of a guest that has a desktop. The screen is on the host alone; virt-viewer reaches it there or
 * through SSH. SPICE's clipboard is open both ways or not at all.
 */
export function desktopDevices({ clipboard }: Pick<GuestPlan, "clipboard">): Xml {
  return {
    // A tablet says where the pointer is: it needs not be caught first.
    input: { "@type": "tablet", "@bus": "usb" },
    graphics: {
      "@type": "spice",
      "@autoport": "yes",
      listen: { "@type": "address", "@address": "127.0.0.1" },
      clipboard: { "@copypaste": clipboard === "off" ? "no" : "yes" },
    },
    video: { model: { "@type": "virtio", "@heads": 1 } },
  };
}
