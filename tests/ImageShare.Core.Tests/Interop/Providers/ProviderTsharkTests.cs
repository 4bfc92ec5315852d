namespace ImageShare.Core.Tests.Interop.Providers;

/// <summary>tshark looks at two registrations and a share between them, from the first REGISTER to the last.</summary>
[TestFixture]
[Category("Interop")]
public sealed class ProviderTsharkTests
{
    private const int Warning = 0x600000;

    [TestCase(false, "udp")]
    [TestCase(false, "tcp")]
    [TestCase(true, "udp")]
    [TestCase(true, "tcp")]
    [Category("REG-001")]
    public async Task A_registered_share_is_without_fault_on_the_wire(bool ims, string transport)
    {
        Tool.Tshark.Require();
        int[] msrp = [LoopbackPorts.Free(), LoopbackPorts.Free()];
        Tshark? tshark = null;
        try
        {
            RegisteredPair pair = await RegisteredPair.StartAsync(
                new ProviderSettings { IsIms = ims },
                transport,
                transport,
                with: o => o with { MsrpPort = msrp[o.Identity.User == "alice" ? 0 : 1] },
                before: async provider => tshark = await Tshark.StartAsync([provider.Port], msrp));
            await using (pair)
            {
                await pair.ShareAsync(pair.Alice, 1500);
                await pair.ShareAsync(pair.Bob, 1500);
            }

            await tshark!.StopAsync();
            string[][] faults = await tshark.ReadAsync(
                $"sip && (_ws.malformed || _ws.expert.severity >= {Warning} || sdp.invalid || sdp.unknown)", "frame.number", "sip.Method", "sip.Status-Code", "_ws.malformed", "_ws.expert.message");
            Assert.That(faults.Select(f => string.Join(' ', f)), Is.Empty);
            string[][] registers = await tshark.ReadAsync("sip.CSeq.method == \"REGISTER\"", "sip.Method", "sip.Status-Code");
            Assert.That(registers.Select(m => m[0] + m[1]).Distinct(), Is.SupersetOf(["REGISTER", "401", "200"]));
        }
        finally
        {
            await (tshark?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}
