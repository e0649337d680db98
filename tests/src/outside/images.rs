//! More images than a proxy's budget holds.

use anyhow::{Result, ensure};
use testkit::image;

use crate::world::World;

/// What the proxy may keep of images, in bytes.
pub const BUDGET: &str = "20000000";

/// How many different images are asked for: three times the budget.
const COUNT: u32 = 400;

/// Pixels of an image's side; it is not compressed.
const SIDE: u32 = 192;

/// Asks for one image after the other, and for the first again; gives the bytes that came.
pub fn many(world: &World) -> Result<String> {
    let mut bytes = 0;
    for number in 0..COUNT {
        bytes += one(world, number)?;
    }
    bytes += one(world, 0)?;
    Ok(bytes.to_string())
}

/// Bytes of an image that comes as it is.
fn one(world: &World, number: u32) -> Result<usize> {
    let [_, _, high, low] = number.to_be_bytes();
    let path = format!("/flood/{number}.png");
    let png = image::png(SIDE, SIDE, |x, y| [high, low, (x ^ y) as u8, 255]);
    let site = world.fakes.site();
    site.put(&path, "image/png", png.clone());
    let tokens = world.target.variable("PROXY_ACCESS_TOKENS");
    let token = tokens.split(',').next().unwrap_or_default();
    let address = format!("/proxy/t/{token}/{}", site.url(&path));
    let answer = world.get(address).send()?.expect(200)?;
    ensure!(answer.body == png, "image {number} came with other bytes");
    Ok(answer.body.len())
}
