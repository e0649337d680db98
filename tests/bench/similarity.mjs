// How alike two pictures are: SSIM (Wang et al., 2004) over squares of 8×8, of luma and of chroma.

import sharp from "sharp";

const SIDE = 8;
const STEP = 4;

// Y, Cb and Cr of a file on grey, as numbers.
async function planes(file) {
  const image = sharp(file, { limitInputPixels: false }).flatten({ background: "#777" }).removeAlpha().toColourspace("srgb");
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const count = info.width * info.height;
  const made = [0, 1, 2].map(() => new Float32Array(count));
  for (let at = 0; at < count; at += 1) {
    const [r, g, b] = info.channels < 3 ? [data[at], data[at], data[at]] : data.subarray(3 * at, 3 * at + 3);
    made[0][at] = 0.299 * r + 0.587 * g + 0.114 * b;
    made[1][at] = -0.1687 * r - 0.3313 * g + 0.5 * b;
    made[2][at] = 0.5 * r - 0.4187 * g - 0.0813 * b;
  }
  return { width: info.width, height: info.height, planes: made };
}

function ssim(a, b, width, height) {
  const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
  let [sum, count] = [0, 0];
  for (let top = 0; top + SIDE <= height; top += STEP) {
    for (let left = 0; left + SIDE <= width; left += STEP) {
      let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
      for (let row = top; row < top + SIDE; row += 1) {
        for (let at = row * width + left; at < row * width + left + SIDE; at += 1) {
          const [x, y] = [a[at], b[at]];
          sa += x;
          sb += y;
          saa += x * x;
          sbb += y * y;
          sab += x * y;
        }
      }
      const n = SIDE * SIDE;
      const [ma, mb] = [sa / n, sb / n];
      const [va, vb, cov] = [saa / n - ma * ma, sbb / n - mb * mb, sab / n - ma * mb];
      sum += ((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
      count += 1;
    }
  }
  return sum / count;
}

// Gives a function that compares a file with the picture: luma, and the mean of both chromas.
export async function against(picture) {
  const wanted = await planes(picture);
  return async (file) => {
    const found = await planes(file);
    const [y, cb, cr] = wanted.planes.map((plane, part) => ssim(plane, found.planes[part], wanted.width, wanted.height));
    return { luma: y, chroma: (cb + cr) / 2 };
  };
}

// Bytes at which a curve of [similarity, bytes], by quality, reaches a similarity; `undefined` outside.
export function bytesAt(curve, similarity) {
  for (let at = 1; at < curve.length; at += 1) {
    const [[s0, b0], [s1, b1]] = [curve[at - 1], curve[at]];
    if (s0 <= similarity && similarity <= s1 && s1 > s0) {
      const part = (similarity - s0) / (s1 - s0);
      return Math.exp(Math.log(b0) * (1 - part) + Math.log(b1) * part);
    }
  }
  return undefined;
}
