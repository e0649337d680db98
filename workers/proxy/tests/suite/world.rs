//! The function, a site that it may ask, and what comes back.

use edge::{Request, Response, serve};
use futures_util::future::join;
use proxy::Proxy;
use testkit::{
    fake::Site,
    image,
    memory::{MemoryHost, request},
};

/// The site whose images are proxied.
pub const SITE: &str = "https://images.example";

/// An answer that has come whole, or broke off.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Result<Vec<u8>, String>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} is there twice");
        value
    }

    pub fn text(&self) -> String {
        let body = self.body.as_deref().unwrap_or_default();
        String::from_utf8_lossy(body).into_owned()
    }

    /// How `Cache-Status` says that it came about.
    pub fn cache(&self) -> &str {
        self.header("cache-status").unwrap_or_default()
    }
}

/// The platform and the site.
pub struct World {
    pub host: MemoryHost,
    pub site: Site,
}

impl World {
    /// A function that may proxy the images of one site.
    pub fn new() -> Self {
        let host = MemoryHost::new();
        host.set("PROXY_ALLOWED_HOSTS", "images.example");
        let site = Site::in_memory(&host, SITE);
        Self { host, site }
    }

    /// The same with a small image at `/a.png`, whose bytes these are.
    pub fn with_image() -> (Self, Vec<u8>) {
        let world = Self::new();
        let png = picture(1);
        world.site.put("/a.png", "image/png", png.clone());
        (world, png)
    }

    /// The answer to `GET target`, and everything after it done.
    pub fn get(&self, target: &str) -> Answer {
        self.send(request("GET", target).build())
    }

    /// The same with a header.
    pub fn get_with(&self, target: &str, name: &str, value: &str) -> Answer {
        self.send(request("GET", target).header(name, value).build())
    }

    /// The answer to a request, read to its end while the work beside it is done.
    pub fn send(&self, request: Request) -> Answer {
        self.host.block_on(self.answer(request))
    }

    /// The same, for several at once.
    pub async fn answer(&self, request: Request) -> Answer {
        let response = serve::<Proxy, _>(&self.host, request).await;
        let (answer, ()) = join(whole(response), self.host.run_deferred()).await;
        answer
    }

    /// How often the site was asked for `path`.
    pub fn asked(&self, path: &str) -> usize {
        self.site.asked_for(path).len()
    }
}

async fn whole(mut response: Response) -> Answer {
    let headers = response
        .headers
        .iter()
        .map(|(name, value)| {
            let value = value.to_str().expect("a header of text");
            (name.as_str().to_owned(), value.to_owned())
        })
        .collect();
    let mut body = Vec::new();
    let mut end = Ok(());
    while let Some(piece) = response.body.next().await {
        match piece {
            Ok(piece) => body.extend_from_slice(&piece),
            Err(error) => {
                end = Err(error.to_string());
                break;
            }
        }
    }
    Answer {
        status: response.status.as_u16(),
        headers,
        body: end.map(|()| body),
    }
}

/// A small image, another one for every `seed`.
pub fn picture(seed: u8) -> Vec<u8> {
    image::png(8, 8, |x, y| [seed, x as u8, y as u8, 255])
}

/// An image of some two megabytes, which is too large to be collected.
pub fn large_picture(seed: u8) -> Vec<u8> {
    image::png(768, 768, |x, y| [seed, x as u8, y as u8, 255])
}
