using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The code on docs/application-tests.md.</summary>
internal static class ApplicationTestSnippets
{
    // snippet: Application
    /// <summary>What an application does with a client.</summary>
    public sealed class Postcards(IImageShareClient client)
    {
        public async Task<string> SendAsync(SipUri friend, ImageSource picture)
        {
            await using IImageShareSession session = await client.ShareAsync(friend, picture);
            ImageShareResult result = await session.Completion;
            return result switch
            {
                { IsCompleted: true } => "It has arrived.",
                { PeerMayHaveImage: true } => "It has probably arrived.",
                _ => result.Message!,
            };
        }
    }
    // end

    public static async Task<string> PairAsync()
    {
        // snippet: Pair
        var network = new InMemoryNetwork();
        await using ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example"), Network = network });
        await using ImageShareClient bob = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:bob@ims.example"), Network = network });

        ImageSource picture = ImageSource.FromBytes(new byte[5000], "beach.jpg", new MediaType("image", "jpeg"));
        Task<string> sending = new Postcards(alice).SendAsync(bob.Address, picture);
        await foreach (ImageShareInvitation invitation in bob.Invitations)
        {
            await using ImageShareSession session = await invitation.AcceptAsync(ImageStore.InMemory());
            await session.Completion;
            break;
        }

        string said = await sending;     // It has arrived.
        // end
        return said;
    }

    public static async Task<string> FakeAsync()
    {
        // snippet: Fake
        var client = new FakeClient(new ImageShareResult { State = ImageShareState.Failed, Error = ImageShareError.ConnectionLost, PeerMayHaveImage = true });
        string said = await new Postcards(client).SendAsync(SipUri.Parse("sip:bob@ims.example"), ImageSource.FromFile("beach.jpg"));     // It has probably arrived.
        // end
        return said;
    }

    // snippet: FakeClient
    /// <summary>Every share ends at once with the same result.</summary>
    private sealed class FakeClient(ImageShareResult result) : IImageShareClient
    {
        public event EventHandler<SipRegistrationState>? RegistrationChanged { add { } remove { } }

        public SipUri Address => SipUri.Parse("sip:alice@192.0.2.1");

        public IAsyncEnumerable<IImageShareInvitation> Invitations => AsyncEnumerable.Empty<IImageShareInvitation>();

        public IAsyncEnumerable<IImageShareSession> Serving => AsyncEnumerable.Empty<IImageShareSession>();

        public Task Completion => Task.CompletedTask;

        public ImageShareHealth Health => new() { IsListeningForSip = true, IsListeningForMsrp = true };

        public SipRegistrationState Registration => new();

        public Task<IImageShareSession> ShareAsync(SipUri peer, ImageSource source, ShareSettings? settings, CancellationToken cancellationToken) =>
            Task.FromResult<IImageShareSession>(new FakeSession(peer, result));

        public Task<IReadOnlyList<IImageShareSession>> ShareTogetherAsync(SipUri peer, IReadOnlyList<SharedImage> images, ShareSettings? settings, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IImageShareSession> FetchAsync(SipUri peer, ImageSelector wanted, IImageStore store, FetchSettings? settings, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<ImageShareCapabilities> QueryCapabilitiesAsync(SipUri peer, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<SipRegistrationState> RegisterAsync(SipRegistrationOptions? options, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<SipRegistrationState> UnregisterAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class FakeSession(SipUri peer, ImageShareResult result) : IImageShareSession
    {
        public event EventHandler<ImageShareState>? StateChanged { add { } remove { } }

        public event EventHandler<ImageShareProgress>? ProgressChanged { add { } remove { } }

        public string Id => "a84b4c76e66710";

        public int Index => 0;

        public bool IsOutgoing => true;

        public bool IsCaller => true;

        public SipUri Peer => peer;

        public string? PeerDisplayName => null;

        public ImageSelector Image => new();

        public ImageShareState State => result.State;

        public ImageShareProgress Progress => default;

        public Task<ImageShareResult> Completion => Task.FromResult(result);

        public ImageShareResult? Result => result;

        public Task<ImageShareResult> CancelAsync(CancellationToken cancellationToken) => Completion;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
    // end
}
