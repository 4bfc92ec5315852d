using System.Net;
using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The code of docs/sip.md, docs/sip-transport.md and docs/registration.md, compiled and run. What stands between two marks is on the page, letter by letter.</summary>
internal static class SipSnippets
{
    public static ImageShareOptions BehindAProxy(SipResponse registered, IPEndPoint localEndPoint)
    {
        // snippet: proxy
        var options = new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@home.example"),
            LocalEndPoint = localEndPoint,
            Route = [SipUri.Parse("sip:pcscf.visited.example:5060;lr")],
            Credentials = new SipCredentials("alice@home.example", "secret"),
            Ims = new ImsSettings
            {
                PreferredIdentity = new NameAddress("Alice", SipUri.Parse("sip:alice@home.example")),
                PreferredService = ServiceIdentifier.MultimediaTelephony,
                AccessNetworkInfo = new AccessNetworkInfo("IEEE-802.11"),
                Privacy = Privacy.None,
            }.WithRegistration(registered),
            Headers = ExtraHeaders.None.With("Priority", "non-urgent"),
        };
        // end
        return options;
    }

    public static ImageShareOptions AnAccount(string password, Guid device)
    {
        // snippet: account
        var options = new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@provider.example"),
            LocalEndPoint = new IPEndPoint(IPAddress.Any, 0),
            Credentials = new SipCredentials("alice", password),
            Transport = SipTransportChoice.Tls,
            Registration = new SipRegistrationOptions { InstanceId = device },
        };
        // end
        return options;
    }

    public static async Task RegisterAsync(ImageShareOptions options, Action<string> show)
    {
        // snippet: registered
        await using ImageShareClient client = await ImageShareClient.StartAsync(options);
        client.RegistrationChanged += (_, state) => show($"{state.Status} {state.RegisteredUntil} {state.Message}");
        await client.RegisterAsync();   // waits for the outcome, or throws what to do
        // end
    }

    public static ImageShareOptions AnImsClient(AkaAuthenticator askSim, Guid device)
    {
        // snippet: ims
        var options = new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@ims.example"),
            LocalEndPoint = new IPEndPoint(IPAddress.Any, 0),
            Route = [SipUri.Parse("sip:pcscf.ims.example;lr")],
            Credentials = SipCredentials.FromSim("001010123456789@ims.example", askSim),
            Registration = new SipRegistrationOptions { InstanceId = device, Expiry = TimeSpan.FromDays(6), SendPrivateIdentity = true, UseAssociatedIdentity = true },
        };
        // end
        return options;
    }

    public static ImageShareOptions OverTls(X509Certificate2 certificate, X509Certificate2 companyAuthority)
    {
        // snippet: tls
        var options = new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@ims.example"),
            SipTls = new TlsOptions
            {
                Certificate = certificate,           // with its private key; null listens for no TLS
                TrustedRoots = [companyAuthority],   // beside those this machine trusts
            },
            Transport = SipTransportChoice.Tls,
        };
        // end
        return options;
    }

    public static async Task<SipUserAgent> AnswerQueriesAsync(INetwork network, Func<SipTransport, Task> whileRunning)
    {
        // snippet: options
        await using SipTransport transport = SipTransport.Create(network, new SipTransportOptions());
        var me = new NameAddress(SipUri.Parse("sip:bob@home.example"));
        var options = new SipUserAgentOptions { Identity = me, AnswerOptionsWithoutState = true };
        await using SipUserAgent agent = SipUserAgent.Start(transport, options, new Answering());
        // end
        await whileRunning(transport);
        return agent;
    }

    public static void Watch(ImageShareClient client, Action<string> show)
    {
        // snippet: known
        client.Capabilities.Changed += (_, change) => show($"{change.Peer}: {(change.Capabilities.CanShareImages ? "images" : "none")}");
        // end
    }

    public static ImageShareOptions DuringCalls(ImageShareOptions options, Func<SipUri, CancellationToken?> findCall)
    {
        // snippet: call
        options = options with
        {
            VoiceCall = identities => identities.Select(identity => findCall(identity.Uri)).FirstOrDefault(call => call is not null),
        };
        // end
        return options;
    }

    public static bool Tags(SipMessage message)
    {
        // snippet: tags
        bool canShare = message.Headers.Contacts.Any(contact => FeatureTags.FromContact(contact).HasImageShare);
        // end
        return canShare;
    }

    // snippet: handler
    private sealed class Answering : ISipRequestHandler
    {
        public void OnInvite(IncomingInvite invite) => invite.Reject(603);

        public void OnRequest(IncomingRequest request) => request.Respond(200);
    }
    // end
}
