using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Support;

/// <summary>A client, and a phone played by the test that invites it; nothing of it may stay behind.</summary>
public abstract class PhoneCallerTest
{
    private protected ManualTimeProvider Time { get; private set; } = null!;

    private protected InMemoryNetwork Network { get; private set; } = null!;

    private protected DirectoryInfo Inbox { get; private set; } = null!;

    private protected ImageShareClient Bob { get; set; } = null!;

    private protected RawPhone Phone { get; private set; } = null!;

    [SetUp]
    public async Task Start()
    {
        Time = new ManualTimeProvider();
        Network = new InMemoryNetwork();
        Phone = new RawPhone(Network);
        Inbox = Directory.CreateTempSubdirectory("imageshare-test-");
        Bob = await StartAsync(Configure);
    }

    private protected virtual ImageShareOptions Configure(ImageShareOptions options) =>
        options with { Limits = options.Limits with { MaxImageSize = 4096, MaxImagesPerInvitation = 1 } };

    [TearDown]
    public async Task Stop()
    {
        await Time.DriveAsync(Bob.DisposeAsync().AsTask());
        await Phone.DisposeAsync();
        Assert.That(Inbox.GetFiles(".*"), Is.Empty, "A temporary file stayed.");
        Inbox.Delete(recursive: true);
        Assert.That(() => Time.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    private protected async Task<ImageShareSession?> TryAcceptAsync(ImageShareInvitation invitation)
    {
        try
        {
            return await invitation.AcceptAsync(Store);
        }
        catch (ImageShareException e) when (e.Error == ImageShareError.InvalidState)
        {
            return null;
        }
    }

    private protected IImageStore Store => ImageStore.InDirectory(Inbox.FullName);

    private protected Task<ImageShareClient> StartAsync(Func<ImageShareOptions, ImageShareOptions> change) => ImageShareClient.StartAsync(change(
        new ImageShareOptions { Identity = Core.Sip.SipUri.Parse("sip:bob@ims.example"), Network = Network, TimeProvider = Time }));

    private protected async Task<ImageShareInvitation> NextAsync()
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (ImageShareInvitation invitation in Bob.Invitations.WithCancellation(patience.Token))
        {
            return invitation;
        }

        throw new InvalidOperationException("The client was closed.");
    }
}
