// The simulated SoC with its one bidirectional bus split for the harness: Verilator's top level has no third state.
`default_nettype none
module ternel_sim (
    input  wire       sys_clk,

    // Serial line, a byte at a time.
    output wire       serial_source_valid,
    input  wire       serial_source_ready,
    output wire [7:0] serial_source_data,
    input  wire       serial_sink_valid,
    output wire       serial_sink_ready,
    input  wire [7:0] serial_sink_data,

    // SPI flash: what the flash drives and where it drives, and the lines as both ends see them.
    output wire       flash_cs_n,
    output wire       flash_clk,
    output wire [3:0] flash_lines,
    input  wire [3:0] flash_level,
    input  wire [3:0] flash_driven,

    // Registers between firmware and harness.
    output wire        sim_exit_valid,
    output wire [7:0]  sim_exit_code,
    input  wire [1:0]  sim_boot_mode,
    output wire [31:0] sim_build_id
);
    wire [3:0] dq;

    genvar line;
    generate
        for (line = 0; line < 4; line = line + 1) begin : lines
            assign dq[line] = flash_driven[line] ? flash_level[line] : 1'bz;
            pullup (dq[line]);
        end
    endgenerate
    assign flash_lines = dq;

    ternel_soc soc (
        .sys_clk             (sys_clk),
        .serial_source_valid (serial_source_valid),
        .serial_source_ready (serial_source_ready),
        .serial_source_data  (serial_source_data),
        .serial_sink_valid   (serial_sink_valid),
        .serial_sink_ready   (serial_sink_ready),
        .serial_sink_data    (serial_sink_data),
        .spiflash4x_cs_n     (flash_cs_n),
        .spiflash4x_clk      (flash_clk),
        .spiflash4x_dq       (dq),
        .sim_exit_valid      (sim_exit_valid),
        .sim_exit_code       (sim_exit_code),
        .sim_boot_mode       (sim_boot_mode),
        .sim_build_id        (sim_build_id)
    );
endmodule
`default_nettype wire
