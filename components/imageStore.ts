/**
 * The volume in which a machine keeps the course's images loaded for all its container guests, with where guests see it. Its
 * name holds for every set of images in it: a guest's mounts stay as they are when images are decided anew.
 */
export const IMAGE_STORE = { volume: "classlab-images", folder: "/images" } as const;
