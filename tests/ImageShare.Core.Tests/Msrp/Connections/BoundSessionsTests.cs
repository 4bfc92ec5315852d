using ImageShare.Core.Msrp.Connections;

namespace ImageShare.Core.Tests.Msrp.Connections;

/// <summary>Who is bound to a connection, and who may still join, step by step (RFC 4975 §5.4).</summary>
[TestFixture]
[Category("MSRP-050")]
public sealed class BoundSessionsTests
{
    // j, k: sessions J and K join; l, m: they leave, and the door closes behind the last; L, M: they leave, and it stays open; e: close when empty; c: close.
    [TestCase("", "", false)]
    [TestCase("j", "J", true)]
    [TestCase("jj", "J", true)]
    [TestCase("jk", "JK", true)]
    [TestCase("jkl", "K", true)]
    [TestCase("jklm", "", true, true)]
    [TestCase("jl", "", true, true)]
    [TestCase("jL", "", true, false)]
    [TestCase("jLk", "K", true, false)]
    [TestCase("jlk", "", true, true)]
    [TestCase("jLe", "", true, true)]
    [TestCase("jLek", "", true, true)]
    [TestCase("je", "J", true, false)]
    [TestCase("jLkeL", "K", true, false)]
    [TestCase("e", "", false, true)]
    [TestCase("jc", "J", true, true)]
    [TestCase("jck", "J", true, true)]
    [TestCase("l", "", false, false)]
    public void Sessions_join_and_leave(string steps, string inside, bool wasBound, bool isClosed = false)
    {
        var bound = new BoundSessions<string>();
        foreach (char step in steps)
        {
            switch (step)
            {
                case 'j' or 'k':
                    bound.TryJoin(step == 'j' ? "J" : "K");
                    break;
                case 'e':
                    bound.TryCloseEmpty();
                    break;
                case 'c':
                    bound.Close();
                    break;
                default:
                    bound.Leave(step is 'l' or 'L' ? "J" : "K", closesBehindLast: char.IsLower(step));
                    break;
            }
        }

        Assert.That(string.Concat(bound.Inside), Is.EqualTo(inside));
        Assert.That(bound.WasEverBound, Is.EqualTo(wasBound));
        Assert.That(bound.IsClosed, Is.EqualTo(isClosed));
    }

    [Test]
    public void A_session_that_leaves_learns_what_it_leaves_behind()
    {
        var bound = new BoundSessions<string>();
        bound.TryJoin("J");
        bound.TryJoin("K");
        Assert.That(bound.Leave("other", closesBehindLast: true), Is.EqualTo(SessionDeparture.NotInside));
        Assert.That(bound.Leave("J", closesBehindLast: true), Is.EqualTo(SessionDeparture.OthersRemain));
        Assert.That(bound.Leave("K", closesBehindLast: true), Is.EqualTo(SessionDeparture.LastLeft));
        Assert.That(bound.TryJoin("J"), Is.False, "nobody joins a connection that is about to close");
        Assert.That(bound.TryCloseEmpty(), Is.False, "it is closed already");
    }

    [Test]
    public void All_that_are_left_are_taken_out_once()
    {
        var bound = new BoundSessions<string>();
        bound.TryJoin("J");
        bound.TryJoin("K");
        Assert.That(bound.TakeAll(), Is.EqualTo(new[] { "J", "K" }));
        Assert.That(bound.TakeAll(), Is.Empty);
        Assert.That(bound.TryJoin("J"), Is.False);
    }
}
