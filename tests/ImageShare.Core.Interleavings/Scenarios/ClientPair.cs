using System.Security.Cryptography;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Interleavings.Orders;
using ImageShare.Core.Interleavings.Rewriting;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Core.Interleavings.Scenarios;

/// <summary>Two whole clients on one network.</summary>
internal sealed class ClientPair : IAsyncDisposable
{
    private const int Size = 20_000;

    private ClientPair(ImageShareClient alice, ImageShareClient bob)
    {
        Alice = alice;
        Bob = bob;
    }

    public ImageShareClient Alice { get; }

    public ImageShareClient Bob { get; }

    /// <summary>An image that nobody else has.</summary>
    public static byte[] NewImage => RandomNumberGenerator.GetBytes(Size);

    public static async Task<ClientPair> StartAsync(bool isLossy = false, IImageCatalogue? catalogue = null, ImageShareLimits? limits = null)
    {
        var network = new StepNetwork(isLossy);
        ImageShareOptions Options(string user) => new()
        {
            Identity = SipUri.Parse($"sip:{user}@ims.example"),
            Network = network,
            TimeProvider = Order.Current.Time,
            Catalogue = catalogue,
            Limits = limits ?? ImageShareLimits.Default,
            Trace = message => Order.Current.Note($"{user} {(message.IsOutgoing ? "sends" : "gets")} {message.StartLine}"),
        };
        return new ClientPair(await ImageShareClient.StartAsync(Options("alice")), await ImageShareClient.StartAsync(Options("bob")));
    }

    /// <summary>Alice's share of an image with Bob.</summary>
    public Task<ImageShareSession> ShareAsync(byte[] image, CancellationToken cancellationToken = default) => Alice.ShareAsync(
        Bob.Address, ImageSource.FromBytes(image, "cat.png", new MediaType("image", "png")), new ShareSettings { QueryFirst = false }, cancellationToken);

    /// <summary>Hands each invitation that a client gets to somebody, until the client closes.</summary>
    public static Task AnswerAsync(ImageShareClient client, Func<ImageShareInvitation, Task> answer) => Seams.Run(async () =>
    {
        var answers = new List<Task>();
        await foreach (ImageShareInvitation invitation in client.Invitations)
        {
            answers.Add(Seams.Run(() => answer(invitation)));
        }

        await Task.WhenAll(answers);
    });

    /// <summary>Accepts an image and waits for its end.</summary>
    /// <returns>Its end; null if the invitation was gone.</returns>
    public static async Task<ImageShareResult?> AcceptAsync(ImageShareInvitation invitation)
    {
        try
        {
            ImageShareSession session = await invitation.AcceptAsync(ImageStore.InMemory());
            return await session.Completion;
        }
        catch (ImageShareException)
        {
            // Withdrawn, or its client was closed: the application is told so.
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
    }
}
