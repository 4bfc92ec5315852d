using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sip.Registration;

/// <summary>Drives the registration machine along a virtual time line: timers fire at their instants, and every effect is noted with its time.</summary>
internal sealed class RegistrationRun(SipRegistrationOptions? options = null, double chance = 1)
{
    public const string Contact = "<sip:alice@192.0.2.1:5060;transport=tcp>;+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-000000000001>\";reg-id=1";

    private readonly Dictionary<RegistrationTimer, TimeSpan> _timers = [];
    private readonly List<(double At, RegistrationEffect Effect)> _log = [];

    public RegistrationSituation State { get; private set; } = new(options ?? new SipRegistrationOptions());

    public SipRegistrationStatus Status => State.Status;

    public TimeSpan Now { get; private set; }

    public IReadOnlyDictionary<RegistrationTimer, TimeSpan> Timers => _timers;

    /// <summary>When each REGISTER was sent, and what it asked for, in seconds.</summary>
    public (double At, double Expiry)[] Sent =>
        [.. _log.Where(e => e.Effect.Kind == RegistrationEffectKind.Send).Select(e => (e.At, e.Effect.Duration.TotalSeconds))];

    public int CountOf(RegistrationEffectKind kind) => _log.Count(e => e.Effect.Kind == kind);

    /// <summary>Gives inputs in order.</summary>
    public RegistrationRun Give(params RegistrationInput[] inputs)
    {
        foreach (RegistrationInput input in inputs)
        {
            var effects = new List<RegistrationEffect>();
            State = RegistrationMachine.Step(State, input, chance, effects);
            foreach (RegistrationEffect effect in effects)
            {
                _log.Add((Now.TotalSeconds, effect));
                if (effect.Kind == RegistrationEffectKind.StartTimer)
                {
                    _timers[effect.Timer] = Now + effect.Duration;
                }
                else if (effect.Kind == RegistrationEffectKind.StopTimer)
                {
                    _timers.Remove(effect.Timer);
                }
            }
        }

        return this;
    }

    /// <summary>Lets time pass up to that second of the run.</summary>
    public RegistrationRun RunTo(double second)
    {
        TimeSpan target = TimeSpan.FromSeconds(second);
        while (_timers.Count > 0 && _timers.MinBy(t => t.Value) is var next && next.Value <= target)
        {
            Now = next.Value;
            _timers.Remove(next.Key);
            Give(new RegistrationInput.Elapsed(next.Key));
        }

        Now = target;
        return this;
    }

    /// <summary>A 200 with these rows.</summary>
    public static RegistrationInput Ok(params (string Name, string Value)[] rows) => new RegistrationInput.Accepted(Answer(rows));

    /// <summary>A 200 that registers this side for that many seconds.</summary>
    public static RegistrationInput Granted(long seconds, bool outbound = false) =>
        outbound ? Ok(("Contact", $"{Contact};expires={seconds}"), ("Require", "outbound")) : Ok(("Contact", $"{Contact};expires={seconds}"));

    public static RegistrationInput Refusal(int status, params (string Name, string Value)[] rows) =>
        new RegistrationInput.Refused(RegistrarRefusal.Of(Response(status, rows)));

    public static RegistrationInput NoAnswer { get; } = new RegistrationInput.Failed(new RegistrationProblem(ImageShareError.NoAnswer, "nobody answered"));

    public static RegistrarAnswer Answer((string Name, string Value)[] rows, string sent = Contact, string transport = "TCP", double expiry = 3600)
    {
        Assert.That(NameAddress.TryParse(System.Text.Encoding.UTF8.GetBytes(sent), out NameAddress? contact), Is.True);
        var via = new Via(transport, "192.0.2.1", 5060, new ParameterList(new Parameter("branch", "z9hG4bK1"), new Parameter("rport")));
        return RegistrarAnswer.Read(Response(200, rows), new SentRegister(contact!, via, TimeSpan.FromSeconds(expiry)));
    }

    private static SipResponse Response(int status, (string Name, string Value)[] rows)
    {
        var response = new SipResponse(status);
        foreach ((string name, string value) in rows)
        {
            response.Headers.Add(name, value);
        }

        return response;
    }
}
