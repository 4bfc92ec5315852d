using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Tests.Interop;

/// <summary>The client a foreign program calls, and his folder. Takes one share at a time, so a share left behind shows as busy.</summary>
internal sealed class Bob : IAsyncDisposable
{
    private static readonly TimeSpan Patience = ChildProcess.Patience;

    private readonly DirectoryInfo _inbox = Directory.CreateTempSubdirectory("imageshare-interop-");
    private readonly ImageShareClient _client;

    private Bob(ImageShareClient client) => _client = client;

    public int Port => _client.Address.Port!.Value;

    public IImageStore Store => ImageStore.InDirectory(_inbox.FullName);

    public FileInfo[] Files => _inbox.GetFiles();

    public static async Task<Bob> StartAsync() => new(await ImageShareClient.StartAsync(new ImageShareOptions
    {
        Identity = SipUri.Parse("sip:bob@ims.example"),
        Network = SystemNetwork.Instance,
        Limits = ImageShareLimits.Default with { MaxConcurrentShares = 1 },
    }));

    public async Task<ImageShareInvitation> NextInvitationAsync()
    {
        await using IAsyncEnumerator<ImageShareInvitation> invitations = _client.Invitations.GetAsyncEnumerator();
        Assert.That(await invitations.MoveNextAsync().AsTask().WaitAsync(Patience), Is.True);
        return invitations.Current;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _inbox.Delete(recursive: true);
    }
}
