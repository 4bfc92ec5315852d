using System.Diagnostics;
using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Tests.Sip.Transport;
using ImageShare.Core.Tests.Sip.UserAgents;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.Torture;

/// <summary>
/// What a peer gets for each torture message, from octets to bytes: by datagram and on a stream. 603 is the application's
/// word here: the request got through to it. Nothing of this may keep the next request from being answered.
/// </summary>
[TestFixture]
internal sealed class TortureReactionTests
{
    private const int Dropped = 0;
    private const int Application = 603;

    private ManualTimeProvider _clock = null!;
    private InMemoryNetwork _network = null!;
    private IDatagramSocket _peer = null!;
    private SipTransport _transport = null!;
    private RecordingHandler _handler = null!;
    private SipUserAgent _agent = null!;

    private static IEnumerable<TestCaseData> Reactions =>
    [
        // RFC 4475 §3.1.1. The To tag of wsinv names a dialog that is not there.
        Case("wsinv", TortureMessages.Wsinv, 481),
        Case("intmeth", TortureMessages.Intmeth, 501),
        Case("intmeth with NUL", TortureMessages.IntmethWithEscapedNul, Dropped, breaksStream: true),
        Case("esc01", TortureMessages.Esc01, Application),
        Case("escnull", TortureMessages.Escnull, 405),
        Case("esc02", TortureMessages.Esc02, 501),
        Case("lwsdisp", TortureMessages.Lwsdisp, 200),
        Case("longreq", TortureMessages.Longreq, Application),
        Case("dblreq", TortureMessages.Dblreq, 200),
        Case("semiuri", TortureMessages.Semiuri, 200),
        Case("transports", TortureMessages.Transports, 200),
        Case("mpart01", TortureMessages.Mpart01, 405),
        Case("unreason", TortureMessages.Unreason, Dropped),
        Case("noreason", TortureMessages.Noreason, Dropped),

        // RFC 4475 §3.1.2.
        Case("badinv01", TortureMessages.Badinv01, 400),
        Case("clerr", TortureMessages.Clerr, 400, onStream: Dropped, breaksStream: true),
        Case("ncl", TortureMessages.Ncl, 400, breaksStream: true),
        Case("ncl in words", TortureMessages.NclInWords, 400, breaksStream: true),
        Case("scalar02", TortureMessages.Scalar02, 400),
        Case("scalarlg", TortureMessages.Scalarlg, Dropped),
        Case("quotbal", TortureMessages.Quotbal, 400),
        Case("ltgtruri", TortureMessages.Ltgtruri, 400),
        Case("lwsruri", TortureMessages.Lwsruri, 400),
        Case("lwsstart", TortureMessages.Lwsstart, 400),
        Case("trws", TortureMessages.Trws, 400),
        Case("escruri", TortureMessages.Escruri, Application),
        Case("baddate", TortureMessages.Baddate, Application),
        Case("regbadct", TortureMessages.Regbadct, 405),
        Case("badaspec", TortureMessages.Badaspec, 400),
        Case("baddn", TortureMessages.Baddn, 200),
        Case("badvers", TortureMessages.Badvers, 505),
        Case("mismatch01", TortureMessages.Mismatch01, 400),
        Case("mismatch02", TortureMessages.Mismatch02, 501),
        Case("bigcode", TortureMessages.Bigcode, Dropped, breaksStream: true),

        // RFC 4475 §3.2 to §3.4. What invut, its neighbour with an encoding and sdp01 are owed (415, 406) is for the layer above to say.
        Case("badbranch", TortureMessages.Badbranch, 200),
        Case("insuf", TortureMessages.Insuf, 400),
        Case("unkscm", TortureMessages.Unkscm, 416),
        Case("novelsc", TortureMessages.Novelsc, 416),
        Case("unksm2", TortureMessages.Unksm2, 405),
        Case("bext01", TortureMessages.Bext01, 420),
        Case("invut", TortureMessages.Invut, Application),
        Case("invut with an encoding", TortureMessages.Encoded, Application),
        Case("regaut01", TortureMessages.Regaut01, 405),
        Case("multi01", TortureMessages.Multi01, 400),
        Case("mcl01", TortureMessages.Mcl01, 400, breaksStream: true),
        Case("bcast", TortureMessages.Bcast, Dropped),
        Case("zeromf", TortureMessages.Zeromf, 200),
        Case("cparam01", TortureMessages.Cparam01, 405),
        Case("cparam02", TortureMessages.Cparam02, 405),
        Case("regescrt", TortureMessages.Regescrt, 405),
        Case("sdp01", TortureMessages.Sdp01, Application),
        Case("inv2543", TortureMessages.Inv2543, Application, onStream: 400, breaksStream: true),

        // RFC 5118 §4.
        Case("ipv6-good", TortureMessages.Ipv6Good, 405),
        Case("ipv6-bad", TortureMessages.Ipv6Bad, 400),
        Case("port-ambiguous", TortureMessages.PortAmbiguous, 405),
        Case("port-unambiguous", TortureMessages.PortUnambiguous, 405),
        Case("via-received-param-with-delim", TortureMessages.ViaReceivedParamWithDelim, 481),
        Case("via-received-param-no-delim", TortureMessages.ViaReceivedParamNoDelim, 200),
        Case("ipv6-in-sdp", TortureMessages.Ipv6InSdp, Application),
        Case("mult-ip-in-header", TortureMessages.MultIpInHeader, 481),
        Case("mult-ip-in-sdp", TortureMessages.MultIpInSdp, Application),
        Case("ipv4-mapped-ipv6", TortureMessages.Ipv4MappedIpv6, Application),
        Case("ipv6-bug-abnf-3-colons", TortureMessages.Ipv6BugAbnf3Colons, 200),
        Case("ipv6-correct-abnf-2-colons", TortureMessages.Ipv6CorrectAbnf2Colons, 200),
    ];

    [SetUp]
    public void StartAgent()
    {
        _clock = new ManualTimeProvider();
        _network = new InMemoryNetwork();

        // Where answers go that no rport leads back.
        _peer = _network.BindDatagram(new IPEndPoint(IPAddress.Loopback, 5060));
        _transport = SipTransport.Create(_network, new SipTransportOptions { TimeProvider = _clock });
        _handler = new RecordingHandler { InviteReceived = static invite => invite.Reject(Application) };
        var options = new SipUserAgentOptions { Identity = NameAddressOf("sip:nora@example.net"), TimeProvider = _clock };
        _agent = SipUserAgent.Start(_transport, options, _handler);
    }

    [TearDown]
    public async Task StopAgent()
    {
        await _agent.DisposeAsync();
        await _transport.DisposeAsync();
        await _peer.DisposeAsync();
        Assert.That(() => _clock.ArmedTimers, Is.Zero.After(30_000, 1), "timers left behind");
    }

    [TestCaseSource(nameof(Reactions))]
    [Category("SIPG-030")]
    [Category("DLG-026")]
    public async Task A_datagram_gets_the_answer_it_is_owed(byte[] octets, int status, int onStream, bool breaksStream)
    {
        await _peer.SendAsync(octets, _transport.LocalEndPoint, CancellationToken.None);
        await _peer.SendAsync(RawPeer.Options("SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKprobe;rport", "probe"), _transport.LocalEndPoint);
        var answers = new List<SipResponse>();
        do
        {
            answers.Add(ReadResponse((await _peer.ReceiveAsync()).Text));
        }
        while (answers[^1].Headers.CallId != "probe");

        Assert.That(answers[^1].StatusCode, Is.EqualTo(200));
        Assert.That(answers.SkipLast(1).Select(a => a.StatusCode), Is.EqualTo(status == Dropped ? [] : new[] { status }));
        CheckWhatItNames(answers[0]);
    }

    [TestCaseSource(nameof(Reactions))]
    [Category("SIPG-030")]
    public async Task A_stream_gets_the_answer_it_is_owed(byte[] octets, int status, int onStream, bool breaksStream)
    {
        IStreamConnection connection = await _network.ConnectAsync(_transport.LocalEndPoint, CancellationToken.None);
        await using (connection)
        {
            await connection.Output.WriteAsync(octets);
            if (breaksStream)
            {
                if (octets == TortureMessages.Clerr)
                {
                    await TheTransportWaitsAsync();
                    _clock.Advance(new SipTransportOptions().ReceiveTimeout);
                }

                string answer = await connection.ReadToEndAsync();
                Assert.That(answer, onStream == Dropped ? Is.Empty : Does.StartWith($"SIP/2.0 {onStream} "));
                Assert.That(_handler.Invites, Is.Empty);
                return;
            }

            if (onStream != Dropped)
            {
                var response = (SipResponse)await connection.ReadMessageAsync();
                Assert.That(response.StatusCode, Is.EqualTo(onStream));
                CheckWhatItNames(response);
            }

            if (octets == TortureMessages.Dblreq)
            {
                Assert.That(((SipResponse)await connection.ReadMessageAsync()).StatusCode, Is.EqualTo(Application), "on a stream the rest is a request");
            }

            await connection.WriteAsync(RawPeer.Options("SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKprobe", "probe"));
            var probed = (SipResponse)await connection.ReadMessageAsync();
            Assert.That((probed.StatusCode, probed.Headers.CallId), Is.EqualTo((200, "probe")));
        }
    }

    private static void CheckWhatItNames(SipResponse response)
    {
        if (response.StatusCode is 405 or 501)
        {
            Assert.That(response.Headers.Allow, Does.Contain("OPTIONS").And.Not.Contain("REGISTER"));
        }

        if (response.StatusCode == 420)
        {
            Assert.That(response.Headers.GetString("Unsupported"), Is.EqualTo("unheardOf, unheardOfToo"));
        }
    }

    private static SipResponse ReadResponse(string text) => TortureMessage.ReadDatagram<SipResponse>(System.Text.Encoding.UTF8.GetBytes(text));

    // The time limit of a half message is armed once its octets were looked at.
    private async Task TheTransportWaitsAsync()
    {
        var patience = Stopwatch.StartNew();
        while (_clock.ArmedTimers == 0)
        {
            Assert.That(patience.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
            await Task.Yield();
        }
    }

    private static NameAddress NameAddressOf(string uri) => new(SipUri.Parse(uri));

    private static TestCaseData Case(string name, byte[] octets, int status, int? onStream = null, bool breaksStream = false) =>
        new TestCaseData(octets, status, onStream ?? status, breaksStream).SetArgDisplayNames(name);
}
