//! The file around a frame (<https://developers.google.com/speed/webp/docs/riff_container>).

/// Flag in the extended header: there is opacity.
const ALPHA: u32 = 1 << 4;

/// A file with one frame. Without opacity the frame's own memory becomes the file.
pub fn file(width: u16, height: u16, mut frame: Vec<u8>, alpha: Option<Vec<u8>>) -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
    if let Some(alpha) = alpha {
        let mut extended = ALPHA.to_le_bytes().to_vec();
        for side in [width, height] {
            extended.extend(&(u32::from(side) - 1).to_le_bytes()[..3]);
        }
        chunk(&mut file, b"VP8X", &extended);
        chunk(&mut file, b"ALPH", &alpha);
    }
    file.extend(b"VP8 ");
    file.extend((frame.len() as u32).to_le_bytes());
    if !frame.len().is_multiple_of(2) {
        frame.push(0);
    }
    let length = (file.len() + frame.len() - 8) as u32;
    file[4..8].copy_from_slice(&length.to_le_bytes());
    frame.splice(0..0, file);
    frame
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], payload: &[u8]) {
    file.extend(name);
    file.extend((payload.len() as u32).to_le_bytes());
    file.extend(payload);
    if !payload.len().is_multiple_of(2) {
        file.push(0);
    }
}
