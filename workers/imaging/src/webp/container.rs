//! Writing the container: one picture, or an animation
//! (<https://developers.google.com/speed/webp/docs/riff_container>).

/// The chunks of one picture, as its encoder gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    /// `VP8 ` or `VP8L`.
    pub kind: [u8; 4],
    pub stream: Vec<u8>,
    /// Chunk `ALPH`, for `VP8 ` only.
    pub alpha: Option<Vec<u8>>,
    /// Whether any pixel is not opaque.
    pub transparent: bool,
}

/// One picture of an animation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub picture: Picture,
    /// Even.
    pub x: u32,
    /// Even.
    pub y: u32,
    pub width: u32,
    pub height: u32,
    /// In milliseconds.
    pub delay: u32,
}

/// Flags of chunk VP8X.
const PROFILE: u8 = 0x20;
const ANIMATION: u8 = 0x02;
const ALPHA: u8 = 0x10;

/// Not laid over what was there but put in its place; stays there.
const REPLACE: u8 = 0x02;

/// The longest delay that fits.
const DELAY_MAX: u32 = (1 << 24) - 1;

/// A file with one picture, and a colour profile if it needs one.
pub(crate) fn still(picture: &Picture, width: u32, height: u32, profile: Option<&[u8]>) -> Vec<u8> {
    let mut file = File::new();
    let transparent = picture.transparent;
    if picture.alpha.is_some() || profile.is_some() {
        file.header(flags(transparent, false), width, height, profile);
    }
    file.picture(picture);
    file.finish()
}

/// A file with several pictures that are shown one after the other, `plays` times; 0 is for ever.
pub(crate) fn animated(
    frames: &[Frame],
    (width, height): (u32, u32),
    plays: u32,
    profile: Option<&[u8]>,
) -> Vec<u8> {
    let mut file = File::new();
    let transparent = frames.iter().any(|frame| frame.picture.transparent);
    file.header(flags(transparent, true), width, height, profile);
    let plays = u16::try_from(plays).unwrap_or(0);
    file.chunk(b"ANIM", &[&[0; 4], &plays.to_le_bytes()]);
    for frame in frames {
        let mut inner = File(Vec::new());
        inner.picture(&frame.picture);
        let numbers = [
            frame.x / 2,
            frame.y / 2,
            frame.width.saturating_sub(1),
            frame.height.saturating_sub(1),
            frame.delay.min(DELAY_MAX),
        ];
        let head = numbers.map(three).concat();
        file.chunk(b"ANMF", &[&head, &[REPLACE], &inner.0]);
    }
    file.finish()
}

fn flags(transparent: bool, animated: bool) -> u8 {
    let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
    flag(transparent, ALPHA) | flag(animated, ANIMATION)
}

fn three(number: u32) -> [u8; 3] {
    let [a, b, c, _] = number.to_le_bytes();
    [a, b, c]
}

struct File(Vec<u8>);

impl File {
    fn new() -> Self {
        Self(b"RIFF\0\0\0\0WEBP".to_vec())
    }

    fn header(&mut self, flags: u8, width: u32, height: u32, profile: Option<&[u8]>) {
        let (width, height) = (three(width - 1), three(height - 1));
        let flags = flags | profile.map_or(0, |_| PROFILE);
        self.chunk(b"VP8X", &[&[flags, 0, 0, 0], &width, &height]);
        if let Some(profile) = profile {
            self.chunk(b"ICCP", &[profile]);
        }
    }

    fn picture(&mut self, picture: &Picture) {
        if let Some(alpha) = &picture.alpha {
            self.chunk(b"ALPH", &[alpha]);
        }
        self.chunk(&picture.kind, &[&picture.stream]);
    }

    fn chunk(&mut self, name: &[u8; 4], parts: &[&[u8]]) {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        self.0.extend_from_slice(name);
        self.0.extend_from_slice(&(length as u32).to_le_bytes());
        parts.iter().for_each(|part| self.0.extend_from_slice(part));
        if length % 2 == 1 {
            self.0.push(0);
        }
    }

    fn finish(mut self) -> Vec<u8> {
        let length = (self.0.len() - 8) as u32;
        if let Some(place) = self.0.get_mut(4..8) {
            place.copy_from_slice(&length.to_le_bytes());
        }
        self.0
    }
}
