using System.Globalization;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Registration;

/// <summary>Writes the REGISTERs of one registration: all have one Call-ID and rising CSeq numbers (RFC 3261 §10.2.4). On the loop only.</summary>
internal sealed class RegisterWriter(AgentContext agent, SipRegistrationOptions options, Guid instance, ParameterList features)
{
    // RFC 5626 §4.2: one flow, so one number.
    private const string Flow = "1";

    private readonly string _callId = RandomToken.Create();
    private readonly string _tag = SipResponse.CreateTag();
    private uint _number;

    /// <summary>The registrar: the domain of the identity unless the options say another (RFC 3261 §10.2: no user).</summary>
    public SipUri Registrar { get; } = (options.Registrar ?? DomainOf(agent.Options.Identity.Uri)) with { User = null, Password = null, Headers = null };

    /// <summary>The contact that is registered, or may be; null when there is none.</summary>
    public SentRegister? Bound { get; set; }

    /// <summary>The next CSeq number.</summary>
    public uint NextNumber() => ++_number;

    /// <summary>A REGISTER, complete but for what depends on its destination.</summary>
    public SipRequest Write()
    {
        NameAddress user = agent.Options.Identity with { Parameters = default };
        var register = new SipRequest(SipMethod.Register, Registrar);
        register.Headers.Add(SipHeaderNames.From, user.WithTag(_tag));
        register.Headers.Add(SipHeaderNames.To, user);
        register.Headers.Add(SipHeaderNames.CallId, _callId);
        register.Headers.Add(SipHeaderNames.CSeq, new CSeq(NextNumber(), SipMethod.Register));
        if (options.SendPrivateIdentity && agent.Options.Credentials is { } credentials)
        {
            register.Headers.Add(SipHeaderNames.Authorization, EmptyAnswer(credentials));
        }

        return register;
    }

    /// <summary>Completes a REGISTER for its destination.</summary>
    /// <param name="register">The request.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="expiry">What is asked for; zero removes the binding.</param>
    /// <param name="usesOutbound">Whether to register the connection, if it is one.</param>
    /// <param name="last">What was written into it before, for another destination; null the first time.</param>
    /// <param name="lastTo">That destination.</param>
    public SentRegister Complete(SipRequest register, SipDestination destination, TimeSpan expiry, bool usesOutbound, SentRegister? last, SipDestination? lastTo)
    {
        SipHeaders headers = register.Headers;
        bool registersFlow = usesOutbound && destination.Protocol != SipProtocol.Udp;
        SipUri uri = ContactFor(destination);
        bool isForSize = last is { IsDatagram: true } && lastTo!.Protocol != destination.Protocol && lastTo.EndPoint.Equals(destination.EndPoint);
        if (isForSize)
        {
            // Only the size of this message asks for TCP (RFC 3261 §18.1.1); the next one may be shorter, and must be for the same binding.
            uri = last!.Contact.Uri;
            registersFlow = false;
        }

        string seconds = ((long)expiry.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        ParameterList parameters = features.With("+sip.instance", $"<urn:uuid:{instance}>", quoted: true);
        var contact = new NameAddress(null, uri, (registersFlow ? parameters.With("reg-id", Flow) : parameters).With("expires", seconds));
        headers.Set(SipHeaderNames.Contact, contact);
        if (Bound is { } bound && !bound.Contact.Parameters.Contains("reg-id") && !bound.Contact.Uri.Equals(uri))
        {
            // The address of this side has changed. A flow is replaced by the registrar (RFC 5626 §6), any other binding is not.
            headers.Add(SipHeaderNames.Contact, new NameAddress(null, bound.Contact.Uri, new ParameterList(new Parameter("expires", "0"))));
        }

        headers.Set(SipHeaderNames.Expires, seconds);
        headers.Set(SipHeaderNames.Supported, registersFlow ? $"{SipExtensions.Path}, {SipExtensions.Outbound}" : SipExtensions.Path);
        return new SentRegister(contact, headers.TopVia!, expiry, IsFlowOnly: destination.Protocol == SipProtocol.Tls && destination.Connection is not null)
        {
            IsDatagram = destination.Protocol == SipProtocol.Udp || isForSize,
        };
    }

    /// <summary>Whether a REGISTER to that destination would have the same contact now.</summary>
    public bool IsAt(SentRegister sent, SipDestination destination) =>
        sent.Contact.Uri.Equals(ContactFor(sent.IsDatagram ? destination with { Protocol = SipProtocol.Udp } : destination));

    // RFC 5626 §4.3: ob is for dialogs.
    private SipUri ContactFor(SipDestination destination) =>
        agent.GetContactUri(destination, Registrar.IsSecure) is var uri && uri.Parameters.Contains("ob") ? uri with { Parameters = uri.Parameters.Without("ob") } : uri;

    // 3GPP TS 24.229 §5.1.1.2: by the user name the network finds the private identity, and the subscriber behind it.
    private string EmptyAnswer(SipCredentials credentials)
    {
        string realm = credentials.Realm is { } named && named != SipCredentials.AnyRealm ? named : agent.Options.Identity.Uri.Host;
        return $"Digest username={Quote(credentials.User)}, realm={Quote(realm)}, nonce=\"\", uri={Quote(Registrar.ToString())}, response=\"\"";
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static SipUri DomainOf(SipUri identity) => new(identity.Scheme, null, identity.Host, identity.Port);
}
