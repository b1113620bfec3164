//! Work that is carried to its end, also when nobody waits for it any more.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// A future that goes on as a task of its own when it is dropped half way. A task from the beginning would do the same, and cost
/// every request a wake-up more. Must be dropped inside a tokio runtime.
pub(crate) struct Finished<F: Future<Output: Send> + Send + 'static>(Option<Pin<Box<F>>>);

impl<F: Future<Output: Send> + Send + 'static> Finished<F> {
    pub(crate) fn new(work: F) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<F: Future<Output: Send> + Send + 'static> Future for Finished<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Some(work) = &mut self.0 else {
            return Poll::Pending;
        };
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.0 = None;
        }
        polled
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for Finished<F> {
    fn drop(&mut self) {
        // After a panic the work is not to be polled again.
        if let Some(work) = self.0.take().filter(|_| !std::thread::panicking()) {
            tokio::spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn work_that_was_begun_is_finished_though_its_future_is_dropped() {
        let (go, wait) = oneshot::channel();
        let (tell, told) = oneshot::channel();
        let mut work = Box::pin(Finished::new(async move {
            let word: &str = wait.await.unwrap();
            tell.send(word).unwrap();
        }));
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(work.as_mut().poll(&mut context).is_pending());
        drop(work);
        go.send("done").unwrap();
        assert_eq!(told.await.unwrap(), "done");
        assert_eq!(Finished::new(async { 1 }).await, 1);
    }
}
