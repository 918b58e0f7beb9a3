// Tells the pages of this service that somebody has signed in, and closes the window they signed in with.
new BroadcastChannel("petanque-auth").postMessage({ type: "signed-in" });
window.close();
