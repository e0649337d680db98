//! How much an image may cost.

/// Bounds that are checked from headers, before anything is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of one frame of the source, as its header says. Default 100 million.
    pub pixels: u64,
    /// Bytes of memory that decoding, transforming and encoding are predicted to need at most, on
    /// top of the source itself. Default 64 MiB.
    pub memory: u64,
    /// Frames of an animation that is kept. Default 1,000.
    pub frames: u32,
    /// Pixels of all frames of an animation together, each frame counted as large as the canvas, or
    /// as itself if it is larger. Default 200 million.
    pub animation_pixels: u64,
    /// Pixels of one frame of the result. Default 40 million.
    pub output_pixels: u64,
    /// Bytes of the result. Default 32 MiB.
    pub output_bytes: u64,
    /// Bytes of a colour profile, unpacked; a larger one is refused. Default 4 MiB.
    pub profile: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pixels: 100_000_000,
            memory: 64 << 20,
            frames: 1_000,
            animation_pixels: 200_000_000,
            output_pixels: 40_000_000,
            output_bytes: 32 << 20,
            profile: 4 << 20,
        }
    }
}
