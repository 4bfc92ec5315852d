using ImageShare.Core.Images;
using ImageShare.Core.Sharing;

namespace ImageShare.Core.Tests.Sharing.Sessions;

/// <summary>What a session says of its peer, its direction and its end.</summary>
[TestFixture]
public sealed class SessionPeerTests
{
    [Test]
    public async Task Both_sides_know_their_peer_and_who_called()
    {
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with { DisplayName = "Alice A." });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(100)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        Assert.Multiple(() =>
        {
            Assert.That((outgoing.Peer, outgoing.PeerDisplayName, outgoing.IsCaller, outgoing.IsOutgoing), Is.EqualTo((pair.Bob.Address, (string?)null, true, true)));
            Assert.That((incoming.Peer.ToString(), incoming.PeerDisplayName, incoming.IsCaller, incoming.IsOutgoing), Is.EqualTo(("sip:alice@ims.example", "Alice A.", false, false)));
            Assert.That(incoming.Id, Is.EqualTo(outgoing.Id));
        });
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(incoming.Result, Is.SameAs(received));
            Assert.That((outgoing.EndedBy, incoming.EndedBy), Is.EqualTo(((ImageShareEndedBy?)ImageShareEndedBy.Nobody, (ImageShareEndedBy?)ImageShareEndedBy.Nobody)));
        });
    }

    [Test]
    public async Task A_fetched_image_comes_in_although_this_side_calls()
    {
        ImageCatalogueOf picture = new(SharePair.Image(TestImage.Png(100)));
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { Catalogue = picture });
        await using ImageShareSession fetched = await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = "cat.png" }, pair.Store);
        Assert.That((fetched.IsCaller, fetched.IsOutgoing, fetched.Peer), Is.EqualTo((true, false, pair.Bob.Address)));
        await fetched.Completion.WaitAsync(SharePair.Patience);
    }

    [Test]
    public async Task The_result_is_there_when_the_final_state_is_reported_and_says_who_ended_it()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(100)));
        ImageShareEndedBy? reported = null;
        outgoing.StateChanged += (_, state) => reported = state is ImageShareState.Declined ? outgoing.EndedBy : reported;
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        Assert.That((outgoing.Result, outgoing.EndedBy), Is.EqualTo(((ImageShareResult?)null, (ImageShareEndedBy?)null)));
        await invitation.DeclineAsync();
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That((reported, (await invitation.Completion).EndedBy), Is.EqualTo(((ImageShareEndedBy?)ImageShareEndedBy.Peer, ImageShareEndedBy.User)));
    }

    [Test]
    public async Task An_application_that_knows_only_the_interfaces_shares_and_is_told_as_much()
    {
        await using SharePair pair = await SharePair.StartAsync();
        IImageShareClient alice = pair.Alice, bob = pair.Bob;
        var states = new List<ImageShareState>();
        await using IImageShareSession outgoing = await alice.ShareAsync(bob.Address, SharePair.Image(TestImage.Png(5000)));
        void Note(object? session, ImageShareState state) => states.Add(state);
        outgoing.StateChanged += Note;
        IImageShareInvitation invitation = await FirstAsync(bob.Invitations);
        using var received = new MemoryStream();
        await using IImageShareSession incoming = await invitation.AcceptAsync(received);
        ImageShareResult result = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(result.IsCompleted, Is.True);
            Assert.That(states, Is.SupersetOf((ImageShareState[])[ImageShareState.Transferring, ImageShareState.Completed]));
            Assert.That(invitation.SameSession.Single(), Is.SameAs(invitation));
            Assert.That(incoming.Peer, Is.EqualTo(invitation.Caller));
        });
        await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.That(received.ToArray(), Is.EqualTo(TestImage.Png(5000)));
    }

    private static async Task<IImageShareInvitation> FirstAsync(IAsyncEnumerable<IImageShareInvitation> invitations)
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (IImageShareInvitation invitation in invitations.WithCancellation(patience.Token))
        {
            return invitation;
        }

        throw new InvalidOperationException("The client was closed.");
    }

    private sealed class ImageCatalogueOf(ImageSource picture) : IImageCatalogue
    {
        public ValueTask<CatalogueAnswer> FindAsync(ImageRequest request, CancellationToken cancellationToken) => new(CatalogueAnswer.Found(new CatalogueImage(picture)));
    }
}
