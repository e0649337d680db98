//! Prints what is made natively of every file that is named on a line of the input: one line for each
//! way, `made` and a digest, or `refused` and why. What the first way makes goes to the folder that is
//! named, under the number of the input's line.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> anyhow::Result<()> {
    use anyhow::Context;
    use sha2::{Digest, Sha256};

    let folder = std::env::args().nth(1).context("name a folder")?;
    for (line, path) in std::io::stdin().lines().enumerate() {
        let path = path?;
        let source = std::fs::read(&path).with_context(|| path.clone())?;
        for way in 0..corpora::WAYS {
            match corpora::made(&source, way) {
                Ok(bytes) => {
                    if way == 0 {
                        std::fs::write(format!("{folder}/{line}"), &bytes)?;
                    }
                    let digest = Sha256::digest(&bytes);
                    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                    println!("made {hex}");
                }
                Err(error) => println!("refused {error}"),
            }
        }
    }
    Ok(())
}

#[cfg(target_arch = "wasm32")]
fn main() {}
